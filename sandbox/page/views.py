"""The phone page and what it asks for. A call goes on when its phone is looked at, in that very request."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from participants import demo
from sandbox import mishaps
from sandbox.exchange.webhooks import EndlessLoopError
from sandbox.models import Handset
from sandbox.page import callers, desks, outage
from sandbox.page.acts import ACTS, RefusedError, end, phone_of
from sandbox.page.loopback import loopback_only
from sandbox.page.picture import picture
from sandbox.twiml import BadTwiml


@loopback_only
@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    desks.find(request)
    context = {"stranger": demo.STRANGER, "most": desks.MOST_PHONES, "mishaps": mishaps.MISHAPS}
    return render(request, "sandbox/phones.html", context)


@loopback_only
@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that lies on the desk, and who one can be."""
    people = [
        {
            "uuid": str(each.uuid),
            "name": each.name,
            "number": each.number,
            "texts_at": each.texts_at,
            "label": f"{each.name}, {callers.pretty(each.number)}: {each.words}",
            "open": bool(each.open_seats),
        }
        for each in callers.people()
    ]
    handsets = Handset.objects.filter(desk=desks.find(request)).select_related("leg")
    return JsonResponse(
        {"phones": [picture(each) for each in handsets], "people": people, "verify_down": outage.is_on()}
    )


@loopback_only
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    here = desks.find(request)
    if Handset.objects.filter(desk=here).count() >= desks.MOST_PHONES:
        return refusal(f"{desks.MOST_PHONES} phones are as many as fit on the desk.")
    return JsonResponse(picture(desks.put_down(here)))


@loopback_only
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    outage.switch(on=request.POST.get("on") == "on")
    return JsonResponse({"verify_down": outage.is_on()})


@loopback_only
@never_cache
@require_GET
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the call go on, and shows where it stands."""
    handset = find(request, pk)
    problem = go_on(handset) if handset.is_calling else ""
    return JsonResponse(picture(find(request, pk)) | {"problem": problem})


@loopback_only
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One of the things that a person does, or lets go wrong."""
    handset, problem = find(request, pk), ""
    if action not in ACTS:
        return HttpResponse(status=404)
    try:
        ACTS[action](handset, request.POST)
    except RefusedError as refused:
        return refusal(str(refused))
    except (BadTwiml, EndlessLoopError) as fault:
        problem = give_up(handset, fault)
    return JsonResponse(picture(find(request, pk)) | {"problem": problem})


@loopback_only
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the phone off the desk. A call that it is in ends."""
    handset = find(request, pk)
    if handset.is_calling:
        end(phone_of(handset))
    handset.delete()
    return JsonResponse({})


def find(request: HttpRequest, pk: int) -> Handset:
    return get_object_or_404(Handset.objects.select_related("leg"), pk=pk, desk=desks.find(request))


def go_on(handset: Handset) -> str:
    try:
        phone_of(handset).go_on()
    except (BadTwiml, EndlessLoopError) as fault:
        return give_up(handset, fault)
    return ""


def give_up(handset: Handset, fault: Exception) -> str:
    """The line broke a rule of Twilio's: a mistake in the line, and the end of this call."""
    end(phone_of(handset))
    return f"The line answered what Twilio would not take: {fault}"


def refusal(words: str) -> HttpResponse:
    return JsonResponse({"error": words}, status=400)
