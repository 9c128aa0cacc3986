/** Every secret of the stub gets another version at once, when it is told so, and those of Vault another value. */

/** Of each secret. */
let version = 3
let isUnseen = false
let seenAtMs = Number.NaN

export function currentVersion(): number {
  return version
}

export function change(): void {
  version++
  isUnseen = true
}

/** To be called with each answer: the first one after a change is the earliest that anybody can know of it. */
export function noteAnswer(): void {
  if (isUnseen) seenAtMs = Date.now()
  isUnseen = false
}

/** When the last change could be known, in milliseconds since 1970; undefined as long as nobody has asked. */
export function seenAt(): number | undefined {
  return isUnseen ? undefined : seenAtMs
}
