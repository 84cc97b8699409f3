"""A line whose callers meet in a room, and what it is told about them."""

from sandbox.models import Webhook

EVERYTHING = "start end join leave mute hold modify"


def room(name="line-1", dial="", **attributes):
    """A line that puts everybody into a room, and says goodbye to whoever comes out."""
    told = {"statusCallback": "/rooms/events/", "statusCallbackEvent": EVERYTHING, **attributes}
    written = " ".join(f'{key}="{value}"' for key, value in told.items())
    return f'<Dial action="/left/" {dial}><Conference {written}>{name}</Conference></Dial>'


def events():
    """The conference callbacks that the line got, in the order in which they came."""
    return [webhook.fields for webhook in Webhook.objects.filter(kind="conference")]


def names():
    return [event["StatusCallbackEvent"] for event in events()]
