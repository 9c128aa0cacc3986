import type { SecwrapError } from '../core/errors.ts'
import type { Decorators, Otherwise, Place } from '../core/types.ts'

/** What a template says, before names are looked up: text, `${…}` and references, in order. */
export type Piece = string | NamePiece | ReferencePiece

/** The second half of `${NAME|filter:-word}`. */
export interface Modifiers {
  readonly filters: readonly string[]
  readonly operator?: Otherwise['operator']
  readonly word: readonly Piece[] // for `?` and `:?` the message, as plain text
}

export interface NamePiece extends Modifiers {
  readonly kind: 'name'
  readonly name: string
}

export interface ReferencePiece extends Modifiers {
  readonly kind: 'reference'
  readonly form: ReferenceForm
  readonly raw: string
  readonly text: readonly (string | NamePiece)[] // ssm:///${APP_ENV}/key
  readonly others?: readonly ReferencePiece[] // that stand behind it, with white space in between
}

/** Whose way of writing it is: ours, or that of vals, vault-env or secret-init. */
export type ReferenceForm = 'own' | 'vals' | 'vault-env' | 'arn'

/** One entry as a template writes it. */
export interface Statement extends Place {
  readonly pieces: readonly Piece[]
  readonly decorators: Decorators
  readonly wildcard: { readonly prefix: string } | undefined
  readonly inherit: boolean // a bare NAME
  readonly problem: SecwrapError | undefined // told already: the value did not parse
}

/** Where parsing and expansion put what they find. */
export interface Findings {
  readonly problems: SecwrapError[]
  readonly warnings: string[] // `file:line: NAME: text`
}

export const NO_MODIFIERS: Modifiers = { filters: [], word: [] }
