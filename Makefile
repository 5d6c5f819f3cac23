# Every target is one line that calls the `ha` command, so nothing is reachable only through make.
PYTHON ?= python3
TARGET ?= local
BUILD  := $(CURDIR)/build
HA     := $(BUILD)/venv/tools/bin/ha

export REASON
export PYTHONPYCACHEPREFIX := $(BUILD)/cache/pycache
unexport PYTHONDONTWRITEBYTECODE # it goes under build/; without it each of a thousand processes compiles everything
.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' $(MAKEFILE_LIST)) # every target here is a command, none a file
need-reason = @test -n "$$REASON" || { echo "error: say why, for the record: make $@ REASON=\"…\"" >&2; exit 2; }
need-env = @test -n "$(ENV)" || { echo "error: say which environment: make $@ ENV=primary|dr" >&2; exit 2; }

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Check Terraform and Python, install the tools under build/ (instant when up to date)
	@$(PYTHON) scripts/setup_toolchain.py

demo: setup ## Deploy both regions on the local AWS, replay the three incidents, write the report (12 minutes)
	@$(HA) demo

demo-short: setup ## The same without the incidents (4 minutes)
	@$(HA) demo --short

test: setup ## Run everything that CI runs; leaves nothing running
	@$(HA) test

lint: setup ## Check style and types of Python and Terraform
	@$(HA) lint

fmt: setup ## Format Python and Terraform in place
	@$(HA) fmt

checkov: setup ## Check the Terraform for compliance
	@$(HA) checkov

checkov-plan: setup ## Check the plans of both deployed environments for compliance [TARGET=local|aws]
	@$(HA) checkov-plan --target $(TARGET)

package: setup ## Build the Lambda zips, reproducibly [TARGET=local|aws]
	@$(HA) package --target $(TARGET)

plan: setup ## Say what apply would change, ENV=primary|dr [FULL=1: old and new values] [TARGET=local|aws]
	$(need-env)
	@$(HA) plan --env $(ENV) --target $(TARGET) $(if $(FULL),--full)

validate: setup ## Refuse a plan that is no longer highly available [ENV=primary|dr, else both] [TARGET=local|aws]
	@$(HA) validate $(if $(ENV),--env $(ENV),--save-json $(BUILD)/evidence/validation.json) --target $(TARGET)

bootstrap: setup ## Make the bucket of an environment's Terraform state, ENV=primary|dr [TARGET=local|aws]
	$(need-env)
	@$(HA) bootstrap --env $(ENV) --target $(TARGET)

apply: setup ## Deploy one environment, ENV=primary|dr [TARGET=local|aws]
	$(need-env)
	@$(HA) apply --env $(ENV) --target $(TARGET)

drift: setup ## Compare what is deployed with this checkout, ENV=primary|dr [TARGET=local|aws]
	$(need-env)
	@$(HA) drift --env $(ENV) --target $(TARGET)

bake: setup ## Watch an environment's alarms after a release, ENV=primary|dr [BAKE_SECONDS=600] [TARGET=local|aws]
	$(need-env)
	@$(HA) bake --env $(ENV) --target $(TARGET)

rollback: setup ## Take the last release of an environment back, ENV=primary|dr [TARGET=local|aws]
	$(need-env)
	@$(HA) rollback --env $(ENV) --target $(TARGET)

pipeline: setup ## Run the delivery pipeline's stages here, DR first [TARGET=local|aws]
	@$(HA) pipeline run-local --target $(TARGET)

audit: setup ## Look the locked requirements up for known vulnerabilities
	@$(HA) audit

destroy: setup ## Destroy one environment (dr first), ENV=primary|dr [TARGET=local|aws]
	$(need-env)
	@$(HA) destroy --env $(ENV) --target $(TARGET)

smoke-test: setup ## Smoke-test both regions after a deployment [TARGET=local|aws]
	@$(HA) smoke --target $(TARGET) --only "$(ONLY)"

fuzz-api: setup ## Send 2,000 generated requests to both regions and check every answer [TARGET=local|aws]
	@$(HA) fuzz --target $(TARGET)

bench-api: setup ## Compare GET /products with the original handler on the local AWS (minutes)
	@$(HA) bench-api

bench-validate: setup ## Time the validation of both plans, with checkov beside it [TARGET=local|aws]
	@$(HA) bench-validate --target $(TARGET)

capacity: setup ## Simulate a surge: what is refused, what breaks first, what it costs [PROFILE=plus-1000 WEAKNESS=stage-throttle]
	@$(HA) capacity $(if $(PROFILE),--profile $(PROFILE)) $(if $(WEAKNESS),--weakness $(WEAKNESS))

report: setup ## Write build/report/index.html from the evidence of the drills
	@$(HA) report

load-test: setup ## Put a stated load on the API, SCENARIO=seed|fashion-week [TARGET=local|aws ENVIRONMENT=host]
	@$(HA) load-test --scenario $(or $(SCENARIO),seed) --target $(TARGET) $(if $(ENVIRONMENT),--environment $(ENVIRONMENT))

diagrams: setup ## Draw docs/diagrams anew
	@$(HA) docs diagrams

docs: setup ## Build the documents as a site, build/site/html/index.html
	@$(HA) docs site

docs-tables: setup ## Write docs/commands.md and the tables of the modules' READMEs
	@$(HA) docs tables

costs: setup ## Write docs/costs.md from docs/prices.yaml and the limits that Terraform sets
	@$(HA) docs costs

drill-region-outage: setup ## Cut the primary region off under load; measure RTO and RPO (4 minutes) [TARGET=local|aws]
	@$(HA) drill region-outage --target $(TARGET)

drill-surge: setup ## Bring ten times the traffic; watch autoscaling and alarms; compare with the model [TARGET=local|aws WEAKNESS=stage-throttle]
	@$(HA) drill surge --target $(TARGET) $(if $(WEAKNESS),--weakness $(WEAKNESS))

drill-data-corruption: setup ## Damage a fifth of the products under load; rewind, then restore and reconcile (3 minutes) [TARGET=local|aws] [SCALE=1: a third time by the state machine]
	@$(HA) drill data-corruption --target $(TARGET) $(if $(SCALE),--at-scale)

drill-incident-response: setup ## Break something for each playbook; measure alarm, answer and recovery [TARGET=local|aws]
	@$(HA) drill incident-response --target $(TARGET)

drill-backup-restore: setup ## Back up, lose the primary vault, restore the copy in the DR region and compare [TARGET=local|aws]
	@$(HA) drill backup-restore --target $(TARGET)

drill-delivery: setup ## Apply twice at once, kill an apply, lose us-east-1, release two bad commits (15 minutes, local AWS)
	@$(HA) drill delivery

bench-recovery: setup ## Measure rewind and diff at 10,000, 100,000 and 1,000,000 items (minutes)
	@$(HA) bench-recovery

failover-status: setup ## Say who serves clients, and whether STOP is engaged [TARGET=local|aws]
	@$(HA) failover status --target $(TARGET)

failover-stop: setup ## Take the primary region out of service, REASON="…" [TARGET=local|aws]
	$(need-reason)
	@$(HA) failover stop --target $(TARGET) --reason "$$REASON"

failover-resume: setup ## Put the primary region back once that is safe, REASON="…" [TARGET=local|aws]
	$(need-reason)
	@$(HA) failover resume --target $(TARGET) --reason "$$REASON"

dashboard: setup ## Draw the dashboards with live data to build/dashboard [TARGET=local|aws]
	@$(HA) dashboard render --target $(TARGET)

slo: setup ## Say what is left of the error budgets and how fast they are spent [TARGET=local|aws]
	@$(HA) slo --target $(TARGET)

token: setup ## Print a token that may write on the local deployment
	@$(HA) token

local-up: setup ## Start the local AWS
	@$(HA) local up

local-down: setup ## Stop the local AWS, with everything deployed on it
	@$(HA) local down

local-status: setup ## Say whether the local AWS runs, and how its regions are
	@$(HA) local status

lock: setup ## Resolve the requirements anew and lock them with hashes
	@$(HA) lock

clean: ## Remove everything generated (stops the local AWS first)
	@if [ -x $(HA) ]; then $(HA) local down; fi
	@rm -rf $(BUILD) envs/*/.terraform
