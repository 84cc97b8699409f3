import json
from typing import Any

from verification.management.one_person import OnePersonCommand
from verification.privacy import everything_about


class Command(OnePersonCommand):
    help = "Writes all that is stored of one person, as JSON, to standard output. No code is in it: none is stored."

    def handle(self, *args: Any, **options: Any) -> None:
        person = self.person_meant(options["person"], options["team"])
        self.stdout.write(json.dumps(everything_about(person), indent=2, ensure_ascii=False))
