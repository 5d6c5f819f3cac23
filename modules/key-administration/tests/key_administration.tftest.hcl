# Pure data: no provider is started.

variables {
  root_arn = "arn:aws:iam::111111111111:root"
}

run "the_account_administers_the_key_and_cannot_use_it" {
  command = plan

  assert {
    condition     = output.statement.Principal.AWS == var.root_arn && contains(output.statement.Action, "kms:PutKeyPolicy") && contains(output.statement.Action, "kms:ScheduleKeyDeletion")
    error_message = "An account that cannot change the policy has lost the key."
  }
  assert {
    condition = !anytrue([
      for action in output.statement.Action : can(regex("Encrypt|Decrypt|GenerateDataKey|GenerateMac|Sign|CreateGrant|\\*", action))
    ])
    error_message = "Administering is not using."
  }
}

run "somebody_elses_administration_is_refused" {
  command = plan

  variables {
    root_arn = "arn:aws:iam::111111111111:role/admin"
  }

  expect_failures = [var.root_arn]
}
