"""How often something was tried: the counters behind the limits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """Hits of one key since its window began. A row, not a cache entry: cache counters lose concurrent hits."""

    key = models.CharField(max_length=300, primary_key=True)
    hits = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return self.key
