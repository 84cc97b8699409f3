"""What somebody of this installation has to do in Twilio's console before Twilio will do what it refused.

https://www.twilio.com/docs/api/errors/NNNNN
"""

from django.utils.translation import gettext_lazy as _

REMEDIES = {
    60605: _("Verify may send no codes to this country. Allow it: Verify, Geo permissions."),
    60410: _(
        "Fraud Guard blocks texts to numbers that begin like this one, for twelve hours. If the people are yours, put "
        "their numbers on the safe list: Verify, Fraud Guard."
    ),
    21408: _("The account may not text to this country. Allow it: Messaging, Settings, Geo permissions."),
    21608: _(
        "A trial account sends to confirmed numbers alone. Upgrade it, or confirm the number: Phone Numbers, Verified "
        "caller IDs."
    ),
    60238: _("Twilio is looking at the account, and sends no codes until it has. Answer what it asks in the console."),
    30034: _(
        "The sender of texts is not registered with the carriers. Register it (Messaging, Regulatory compliance, A2P "
        "10DLC), or send from another."
    ),
    30450: _("Texts are held back against SMS pumping. If they are yours, see Messaging, SMS pumping protection."),
}
