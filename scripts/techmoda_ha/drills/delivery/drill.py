"""The delivery drill: scenario by scenario, each put back before the next one."""

from __future__ import annotations

from collections.abc import Sequence

from techmoda_ha.drills.delivery.plan import DeliveryPlan
from techmoda_ha.drills.delivery.scenario import Figures, Scenario, Site
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.telling import Say, Telling
from techmoda_ha.errors import HaError


class DeliveryDrill(Telling):
    """One run over some scenarios."""

    def __init__(self, site: Site, plan: DeliveryPlan, scenarios: Sequence[Scenario], say: Say) -> None:
        """Prepare; nothing is touched yet."""
        super().__init__(site.stage.clock, say)
        self.site, self.plan = site, plan
        self.scenarios = {one.name: one for one in scenarios}
        self.figures: Figures = {}

    @property
    def stage(self) -> Stage:
        """Return where it takes place."""
        return self.site.stage

    def play(self, name: str) -> None:
        """Play one scenario and put everything back; one that is not planned is left out."""
        scenario = self.scenarios.get(name)
        if scenario is None:
            return
        self.note(f"{name}: {scenario.describe()}")
        try:
            self.figures |= scenario.play(self)
        except HaError as error:
            self.fail(f"{name}: {error.message} {error.detail}".strip())
        scenario.undo()
        self.note(f"{name}: everything is put back")

    def roll_back(self) -> None:
        """Undo everything that the drill changed; raise HaError at the end when something could not be."""
        problems = []
        for scenario in self.scenarios.values():
            try:
                scenario.undo()
            except HaError as error:
                problems.append(f"{scenario.name}: {error.message} {error.detail}".strip())
        if problems:
            raise HaError("Not everything could be undone.", "Do it by hand.", detail="\n".join(problems))
