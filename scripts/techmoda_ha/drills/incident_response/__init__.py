"""The incident-response drill: a real fault for each playbook, from its cause to recovery, step by step."""
