"""Which codes of authenticator apps were right already: each is right once."""

from __future__ import annotations

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from conferenceline.telephony.authenticators import VALID

# One statement: of two calls that come with one code, exactly one writes the row. What is left of a code that was the
# same by chance, long ago, is in nobody's way.
USE = """
    INSERT INTO verification_usedcode (fingerprint, void_at) VALUES (%s, %s)
    ON CONFLICT (fingerprint) DO UPDATE SET void_at = excluded.void_at WHERE verification_usedcode.void_at <= %s
"""


class UsedCodeQuerySet(models.QuerySet["UsedCode"]):
    def use(self, identity: str, code: str) -> bool:
        """Uses up a code that this app shows, in whichever call; False where it was used before.

        What is kept is a hash that only SECRET_KEY can make, for as long as Twilio would take the code.
        """
        secret = salted_hmac("verification.used_code", f"{identity} {code}", algorithm="sha256")
        now, field = timezone.now(), UsedCode._meta.get_field("void_at")
        until, moment = (field.get_db_prep_value(each, connection) for each in (now + VALID, now))
        with connection.cursor() as cursor:
            cursor.execute(USE, [secret.hexdigest(), until, moment])
            return bool(cursor.rowcount == 1)

    def forget_old(self) -> int:
        """Deletes those whose code nobody would take any more; how many."""
        return self.filter(void_at__lte=timezone.now()).delete()[0]


class UsedCode(models.Model):
    """A code that was right. The code itself is not here."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    void_at = models.DateTimeField(db_index=True)

    objects = UsedCodeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.fingerprint
