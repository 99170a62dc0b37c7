"""What stands around a call to a model; each is itself a ModelClient around another one."""
