# The ceilings of on-demand throughput, by index name; the table's own under "".
#
# The provider cannot take a ceiling away by leaving its block out: it sends nothing, and the
# plan never becomes empty. A ceiling is lifted by the value -1, and DynamoDB may go on
# mentioning it after that. So on demand, a block is left out only where the live table has none.
locals {
  live_ceilings = merge(
    { for ceiling in flatten(data.aws_dynamodb_table.live[*].on_demand_throughput) : "" => ceiling },
    merge([for index in local.live_indexes : { for ceiling in index.on_demand_throughput : index.name => ceiling }]...),
  )

  wanted_ceilings = merge(
    { for name, index in var.global_secondary_indexes : name => index.on_demand_ceiling },
    { "" = var.capacity.on_demand_ceiling },
  )

  ceilings = {
    for subject, wanted in local.wanted_ceilings : subject => {
      read  = try(coalesce(wanted.read, -1), -1)
      write = try(coalesce(wanted.write, -1), -1)
    } if !local.provisioned && (wanted != null || contains(keys(local.live_ceilings), subject))
  }
}
