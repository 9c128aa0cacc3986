import { SecwrapError } from '../core/errors.ts'
import { matchesPattern } from '../core/pattern.ts'
import type { PlainType, ValueType } from '../core/types.ts'

/** @throws SecwrapError BAD_VALUE that names the type and never shows the value. */
export function checkType(type: ValueType, value: string): void {
  if (isOfType(type, value)) return
  throw new SecwrapError('BAD_VALUE', `the value is not ${describeType(type)}`)
}

function isOfType(type: ValueType, value: string): boolean {
  if (type.name === 'enum') return type.values.includes(value)
  if (type.name === 'matches') return matchesPattern(type.pattern, value)
  return CHECKS[type.name](value)
}

function describeType(type: ValueType): string {
  if (type.name === 'enum') return `one of ${type.values.join(', ')}`
  if (type.name === 'matches') return `a match of ${type.pattern}`
  return DESCRIPTIONS[type.name]
}

const CHECKS: Readonly<Record<PlainType, (value: string) => boolean>> = {
  string: () => true,
  number: value => /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value),
  integer: value => /^[+-]?\d+$/.test(value),
  boolean: value => /^(true|false|1|0|yes|no|on|off)$/i.test(value),
  url: value => /^[a-z][a-z0-9+.-]*:\/\/\S/i.test(value) && URL.canParse(value),
  email: value => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(value),
  port: value => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
  ip: isAddress,
  uuid: value => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  duration: value => /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(value),
}

const DESCRIPTIONS: Readonly<Record<PlainType, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false (or 1, 0, yes, no, on, off)',
  url: 'a URL',
  email: 'an email address',
  port: 'a port (1 to 65535)',
  ip: 'an IP address',
  uuid: 'a UUID',
  duration: 'a duration (90s, 1h30m, 250ms)',
}

function isAddress(value: string): boolean {
  const octets = value.split('.')
  const isV4 =
    octets.length === 4 && octets.every(octet => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  // A URL's host takes every form of IPv6 and nothing else between brackets.
  return isV4 || (/^[0-9a-f:.]+$/i.test(value) && URL.canParse(`http://[${value}]/`))
}
