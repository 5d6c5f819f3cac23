locals {
  # No plan takes backups here: the copies come from the primary region.
  backups_to_restart = null
}
