/** How many parameters the stub's store has below /prod/: what `list` lists and `copy` copies. */
export const PARAMETERS = 5_000
