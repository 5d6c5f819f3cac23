"""AWS Backup put together: the operations of its API, and what it does by itself."""

from __future__ import annotations

from local_aws.backup.account import Account
from local_aws.backup.core import Core
from local_aws.backup.errors import not_found
from local_aws.backup.frameworks import Frameworks
from local_aws.backup.plans import Plans
from local_aws.backup.recovery_points import RecoveryPoints
from local_aws.backup.rest_json import Answer, Caller, HttpCall, RestJson
from local_aws.backup.restore_testing import RestoreTesting
from local_aws.backup.runner import Runner
from local_aws.backup.store import Job, RegionStore
from local_aws.backup.vaults import Vaults
from local_aws.fills.service_models import service_model


class Backup:
    """One AWS Backup for all accounts and regions."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.runner = Runner(core)
        groups = (
            Vaults(core),
            RecoveryPoints(core),
            Plans(core),
            self.runner.backup_jobs,
            self.runner.copy_jobs,
            self.runner.restore_jobs,
            RestoreTesting(core),
            Account(core),
            Frameworks(core),
        )
        handlers = {name: handler for group in groups for name, handler in group.handlers().items()}
        self._api = RestJson(service_model("backup"), handlers)

    def answer(self, caller: Caller, call: HttpCall) -> Answer | None:
        """The answer to an API call, or None for an operation that is not there."""
        return self._api.answer(caller, call)

    def start_rule(self, account_id: str, region: str, plan_id: str, rule_name: str) -> list[Job]:
        """Run a plan's rule now, whatever its schedule. Raises BackupError when there is no such rule."""
        store = self.core.stores.of(account_id, region)
        plan = store.plans.get(plan_id)
        rules = {rule["RuleName"]: rule for rule in plan["document"]["Rules"]} if plan else {}
        if plan is None or rule_name not in rules:
            raise not_found(f"Backup plan {plan_id} with a rule {rule_name} does not exist in {region}")
        return self.runner.run_rule(store, plan, rules[rule_name])

    def start_test(self, account_id: str, region: str, plan_name: str) -> list[Job]:
        """Run a restore testing plan now, whatever its schedule. Raises BackupError when there is none."""
        store: RegionStore = self.core.stores.of(account_id, region)
        plan = store.testing_plans.get(plan_name)
        if plan is None:
            raise not_found(f"Restore testing plan {plan_name} does not exist in {region}")
        return self.runner.run_test(store, plan)
