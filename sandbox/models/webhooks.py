"""Every request that the pretend Twilio made to the application, and what came back."""

from django.db import models


class Webhook(models.Model):
    """One request. A retry and a duplicate are rows of their own."""

    leg = models.ForeignKey("sandbox.Leg", models.CASCADE, null=True, related_name="webhooks")
    kind = models.CharField(max_length=15)  # call, fallback, status, wait, announce, conference, replay
    method = models.CharField(max_length=4)
    url = models.TextField()
    fields = models.JSONField()
    headers = models.JSONField()
    status = models.PositiveSmallIntegerField(null=True)  # None: no answer
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.method} {self.url}: {self.status}"
