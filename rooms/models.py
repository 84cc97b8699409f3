"""What is kept of a conference while it is held."""

from django.db import models


class EndWarning(models.Model):
    """That the people in a room were told when it ends: once for each end that its date was given."""

    occurrence = models.ForeignKey("participants.Occurrence", models.CASCADE, related_name="end_warnings")
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("occurrence", "ends_at"), name="one_warning_per_end")]

    def __str__(self) -> str:
        return f"{self.occurrence} ends at {self.ends_at}"
