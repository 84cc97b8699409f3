from typing import Any

from django.core.management.base import CommandError

from conferenceline.management.twilio_command import DIFFERENT, TwilioCommand
from conferenceline.telephony.checkup import findings


class Command(TwilioCommand):
    help = (
        "Holds what is configured here against what Twilio has (account, clock, Verify service, numbers) and against "
        "what answers at PUBLIC_URL. Changes nothing."
    )

    def work(self, **options: Any) -> None:
        wrong = 0
        for finding in findings():
            wrong += not finding.is_fine
            self.stdout.write(f"{'ok   ' if finding.is_fine else 'WRONG'} {finding.words}")
            if finding.next:
                self.stdout.write(f"      Next: {finding.next}")
        if wrong:
            many = "1 thing is" if wrong == 1 else f"{wrong} things are"
            raise CommandError(f"{many} wrong. What to do next is said below each WRONG.", returncode=DIFFERENT)
        self.stdout.write("All is as it should be.")
