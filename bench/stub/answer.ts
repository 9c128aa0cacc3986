export interface Answer {
  readonly kind: string // what it is counted as
  readonly body: object
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}
