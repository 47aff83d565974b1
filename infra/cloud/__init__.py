"""The stack in an AWS account: deployed, and removed again."""
