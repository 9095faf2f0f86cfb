"""The control record: who is active, decided by one conditional write; and the mailbox that lies in the same table."""
