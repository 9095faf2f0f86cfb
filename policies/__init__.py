"""What Lifeline forbids: the rules, and their evaluation over any view of resources. One service, one file."""
