"""What is said of each channel. The channel is all: never an address or a name, before the code is right."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.models import Contact
from verification.models import Call

Channel = Contact.Channel
Words = str | Promise

# Where a code was sent.
QUESTION = _("Enter the code. For a new one, press star, then pound.")
QUESTION_OR_OTHER = _("Enter the code. If it does not come, press star, then pound.")
NOT_CHECKED = _("We are sorry, we could not check the code. Please enter it once more.")


@dataclass(frozen=True)
class Wording:
    """The words of one channel. `%(length)s` is the number of digits of the code."""

    sent: Words
    sent_again: Words
    reused: Words
    perhaps_sent: Words
    no_more: Words  # but one in hand
    not_sent: Words  # and another way follows
    cannot: Words  # and no other way is left
    choice: Words  # in a menu, of which `%(key)s` is the key
    other: Words  # in a menu, a second one of this channel
    where: Words  # the first reminder
    patience: Words  # the second
    again: Words  # the last, with the key
    newest: Words  # after a wrong code
    last_try: Words
    call_again: Words
    question: Words = QUESTION
    question_or_other: Words = QUESTION_OR_OTHER
    not_checked: Words = NOT_CHECKED


WORDING = {
    Channel.SMS: Wording(
        sent=_("We have sent you a text with a %(length)s digit code."),
        sent_again=_("We have sent you another text. Please use the newest."),
        reused=_("A moment ago we sent you a text with a %(length)s digit code."),
        perhaps_sent=_("We are sending you a text with a %(length)s digit code."),
        no_more=_("We cannot send another text now. Please use the newest that you have."),
        not_sent=_("We could not send a text."),
        cannot=_("We are sorry. We cannot send you a text. Please ask whoever invited you for help. Goodbye."),
        choice=_("For a text, press %(key)s."),
        other=_("For a text to another phone, press %(key)s."),
        where=_("The code is in a text message from us. Please enter it when you have found it."),
        patience=_("Take your time. The text message from us holds a %(length)s digit code."),
        again=_("To have the text sent again, press star, then pound. Or enter the code now."),
        newest=_("That is not the code. Please enter the %(length)s digits of the newest text."),
        last_try=_("That is not right either. Please enter the newest code once more. This is the last try."),
        call_again=_("That is not right. Please call again when you have the newest text. Goodbye."),
    ),
    Channel.WHATSAPP: Wording(
        sent=_("We have sent you a WhatsApp message with a %(length)s digit code."),
        sent_again=_("We have sent you another WhatsApp message. Please use the newest."),
        reused=_("A moment ago we sent you a WhatsApp message with a %(length)s digit code."),
        perhaps_sent=_("We are sending you a WhatsApp message with a %(length)s digit code."),
        no_more=_("We cannot send another WhatsApp message now. Please use the newest that you have."),
        not_sent=_("We could not send a WhatsApp message."),
        cannot=_(
            "We are sorry. We cannot send you a WhatsApp message. Please ask whoever invited you for help. Goodbye."
        ),
        choice=_("For a WhatsApp message, press %(key)s."),
        other=_("For a WhatsApp message to another phone, press %(key)s."),
        where=_("The code is in a WhatsApp message from us. Please enter it when you have found it."),
        patience=_("Take your time. The WhatsApp message from us holds a %(length)s digit code."),
        again=_("To have the message sent again, press star, then pound. Or enter the code now."),
        newest=_("That is not the code. Please enter the %(length)s digits of the newest WhatsApp message."),
        last_try=_("That is not right either. Please enter the newest code once more. This is the last try."),
        call_again=_("That is not right. Please call again when you have the newest WhatsApp message. Goodbye."),
    ),
    Channel.CALL: Wording(
        sent=_("We are calling your other phone. Press a key there to hear the %(length)s digit code."),
        sent_again=_("We are calling your other phone again. Press a key there to hear the code."),
        reused=_("A moment ago we called your other phone with a %(length)s digit code."),
        perhaps_sent=_("We are calling your other phone. Press a key there to hear the %(length)s digit code."),
        no_more=_("We cannot call your other phone again now. Please use the code that you heard."),
        not_sent=_("We could not call your other phone."),
        cannot=_("We are sorry. We cannot call your other phone. Please ask whoever invited you for help. Goodbye."),
        choice=_("For a call to your other phone, press %(key)s."),
        other=_("For a call to one more phone, press %(key)s."),
        where=_("We call your other phone. Press a key there, and you hear the code. Please enter it here."),
        patience=_("Take your time. On your other phone, press a key to hear the %(length)s digit code."),
        again=_("To have your other phone called again, press star, then pound. Or enter the code now."),
        newest=_("That is not the code. Please enter the %(length)s digits that you heard on your other phone."),
        last_try=_("That is not right either. Please enter the newest code once more. This is the last try."),
        call_again=_("That is not right. Please call again when you have your other phone at hand. Goodbye."),
    ),
    Channel.EMAIL: Wording(
        sent=_("We have sent you an e-mail with a %(length)s digit code."),
        sent_again=_("We have sent you another e-mail. Please use the newest."),
        reused=_("A moment ago we sent you an e-mail with a %(length)s digit code."),
        perhaps_sent=_("We are sending you an e-mail with a %(length)s digit code."),
        no_more=_("We cannot send another e-mail now. Please use the newest that you have."),
        not_sent=_("We could not send an e-mail."),
        cannot=_("We are sorry. We cannot send you an e-mail. Please ask whoever invited you for help. Goodbye."),
        choice=_("For an e-mail, press %(key)s."),
        other=_("For an e-mail to another address, press %(key)s."),
        where=_("The code is in an e-mail from us. Please enter it when you have found it."),
        patience=_("Take your time. The e-mail from us holds a %(length)s digit code. Look among the junk mail too."),
        again=_("To have the e-mail sent again, press star, then pound. Or enter the code now."),
        newest=_("That is not the code. Please enter the %(length)s digits of the newest e-mail."),
        last_try=_("That is not right either. Please enter the newest code once more. This is the last try."),
        call_again=_("That is not right. Please call again when you have the newest e-mail. Goodbye."),
    ),
    Channel.TOTP: Wording(  # nothing is sent
        sent="",
        sent_again="",
        reused="",
        perhaps_sent="",
        no_more=_("We cannot send a code another way now. Please use your authenticator app."),
        not_sent=_("We cannot check the codes of your authenticator app now."),
        cannot=_(
            "We are sorry. We cannot check the codes of your authenticator app now. "
            "Please ask whoever invited you for help. Goodbye."
        ),
        choice=_("For a code from your authenticator app, press %(key)s."),
        other=_("For a code from your authenticator app, press %(key)s."),
        where=_("Your authenticator app shows a code with %(length)s digits. Please enter it."),
        patience=_("Take your time. The app shows another code every 30 seconds. Enter the one that it shows now."),
        again=_("Please enter the code that your authenticator app shows now."),
        newest=_("That is not the code. Please enter the %(length)s digits that your app shows now."),
        last_try=_("That is not right either. Please enter the code that your app shows now. This is the last try."),
        call_again=_("That is not right. Please call again, with the app open. Goodbye."),
        question=_("Please enter the %(length)s digit code that your authenticator app shows now."),
        question_or_other=_(
            "Please enter the %(length)s digit code that your authenticator app shows now. "
            "For another way, press star, then pound."
        ),
        not_checked=_("We are sorry, we could not check the code. Please enter the one that your app shows now."),
    ),
}


def wording_of(call: Call) -> Wording:
    """The words of the channel by which the call's newest code goes."""
    return WORDING[Channel(call.challenge.channel if call.challenge else Channel.SMS)]


def choices(channels: list[str]) -> str:
    """A menu of these channels in their order, from key 1."""
    said = []
    for key, channel in enumerate(channels, start=1):
        wording = WORDING[Channel(channel)]
        words = wording.other if channel in channels[: key - 1] else wording.choice
        said.append(str(words) % {"key": key})
    return " ".join(said)
