import type { Json } from '../core/json.ts'

/** One value on its way. */
export interface Item {
  readonly name: string // below where it comes from: db/host; the field, for one of a map
  readonly from: string // as a preview shows it
  readonly value: Json // a text, or what a map holds
}

/** `change`: there is another value. */
export type Action = 'new' | 'change' | 'same'

export interface Step {
  readonly from: string
  readonly to: string
  readonly action: Action
}
