"""One plain view of resources, whatever they were read from: the program, a preview, an exported state or a list."""
