# Pure arithmetic: no provider is started.

run "the_defaults_hold_ten_times_the_normal_traffic" {
  command = plan

  assert {
    condition     = output.surge == { requests_per_second = 100, reads_per_second = 90, writes_per_second = 10 }
    error_message = "Ten requests a second, one in ten a write, surge to 100: 90 reads and 10 writes."
  }
  assert {
    condition     = alltrue([for part, factor in output.head_room : factor >= 1])
    error_message = "Every part must hold the surge."
  }
  assert {
    # (90 x 270 s + 9 x 300 s) / 570 s = 47.4; (20 x 270 s + 2 x 300 s) / 570 s = 10.5.
    condition     = output.head_room.table_read_baseline == floor(50 / 48 * 100) / 100 && output.head_room.table_write_baseline == floor(15 / 11 * 100) / 100
    error_message = "A baseline must carry the surge until autoscaling acts."
  }
  assert {
    # 100 reserved / (100 requests/s x 0.3 s); 500 read units / (90 x 1 / 70 %); 200 requests/s / 100.
    condition     = output.head_room.products_concurrency == 3.33 && output.head_room.table_read_units == 3.87 && output.head_room.throttle == 2
    error_message = "The head-room must be what is given divided by what is needed."
  }
}

run "half_an_object_is_completed" {
  command = plan

  variables {
    capacity = { products = { reserved_concurrency = 300 }, table = { read = { maximum = 600 } } }
  }

  assert {
    condition     = output.products == { p99_seconds = 0.3, reserved_concurrency = 300, provisioned = { minimum = 2, maximum = 50 } } && output.table.read == { baseline = 50, maximum = 600 }
    error_message = "What is left out must take its default."
  }
}

run "a_bigger_shop_fits_when_everything_grows_with_it" {
  command = plan

  variables {
    capacity = {
      requests_per_second = 100
      products            = { reserved_concurrency = 400 }
      authorizer          = { reserved_concurrency = 50 }
      throttle            = { rate_limit = 1500, burst_limit = 1500, write_rate_limit = 200, write_burst_limit = 300 }
      table               = { read = { baseline = 480, maximum = 4800 }, write = { baseline = 110, maximum = 1100 } }
    }
  }

  assert {
    condition     = output.surge.requests_per_second == 1000
    error_message = "A surge is the normal rate times the factor."
  }
}

run "a_rate_of_nothing_is_refused" {
  command = plan

  variables {
    capacity = { requests_per_second = 0 }
  }

  expect_failures = [var.capacity]
}

run "a_target_utilization_without_head_room_is_refused" {
  command = plan

  variables {
    capacity = { table = { target_utilization = 95 } }
  }

  expect_failures = [var.capacity]
}

# The original template: 50 executions, 100 read units, for 1000 % of its traffic at half a second a request.
run "the_seeds_numbers_are_refused" {
  command = plan

  variables {
    capacity = {
      products = { p99_seconds = 0.6, reserved_concurrency = 50, provisioned = { maximum = 50 } }
      table    = { read = { baseline = 5, maximum = 100 } }
    }
  }

  expect_failures = [output.products, output.table]
}

run "too_few_executions_for_the_tokens_are_refused" {
  command = plan

  variables {
    capacity = { authorizer = { reserved_concurrency = 2 } }
  }

  expect_failures = [output.authorizer]
}

run "more_than_the_accounts_quota_is_refused" {
  command = plan

  variables {
    # 100 + 20 + 5 of the failover's function; 124 are left.
    capacity = { account_concurrency = 224, products = { reserved_concurrency = 100 } }
  }

  expect_failures = [output.products]
}

run "too_few_write_units_are_refused" {
  command = plan

  variables {
    capacity = { table = { write = { baseline = 1, maximum = 20 } } }
  }

  expect_failures = [output.table]
}

run "a_read_baseline_that_a_sudden_surge_exhausts_is_refused" {
  command = plan

  variables {
    capacity = { table = { read = { baseline = 47 } } }
  }

  expect_failures = [output.table]
}

run "a_write_baseline_that_a_sudden_surge_exhausts_is_refused" {
  command = plan

  variables {
    capacity = { table = { write = { baseline = 10 } } }
  }

  expect_failures = [output.table]
}

run "a_throttle_below_the_surge_is_refused" {
  command = plan

  variables {
    capacity = { throttle = { rate_limit = 99, burst_limit = 400 } }
  }

  expect_failures = [output.throttle]
}

run "a_burst_limit_below_the_surge_is_refused" {
  command = plan

  variables {
    capacity = { throttle = { rate_limit = 200, burst_limit = 99 } }
  }

  expect_failures = [output.throttle]
}

run "a_write_throttle_below_the_surge_is_refused" {
  command = plan

  variables {
    capacity = { throttle = { write_rate_limit = 9 } }
  }

  expect_failures = [output.throttle]
}

run "a_write_throttle_above_the_stages_is_refused" {
  command = plan

  variables {
    capacity = { throttle = { write_rate_limit = 201 } }
  }

  expect_failures = [output.throttle]
}
