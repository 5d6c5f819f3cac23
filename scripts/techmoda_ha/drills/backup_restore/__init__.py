"""The backup-restore drill: the primary vault is lost, and the table is restored from its copy elsewhere."""
