import type { X509Certificate } from 'node:crypto'

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * How long the certificate in a value lives: the holder's own, not its authorities', wherever they stand. By the clock
 * of this machine, as those who judge it have one. Undefined where there is none, or none that is valid.
 */
export function secondsLeft(value: string, now = Date.now()): number | undefined {
  const found = findOwn(value)
  const ms = found ? Date.parse(found.validTo) - now : 0
  return ms > 0 ? Math.floor(ms / 1_000) : undefined
}

/** The first that may not sign others; the first one of all where each may, as one that is made by hand. */
function findOwn(value: string): X509Certificate | undefined {
  // In JSON, line ends are written as \n.
  const pems = (value.includes('\\n') ? value.replaceAll('\\n', '\n') : value).match(PEM) ?? []
  let first: X509Certificate | undefined
  for (const pem of pems) {
    const certificate = parse(pem)
    if (certificate && !certificate.ca) return certificate
    first ??= certificate
  }
  return first
}

/** What looks like one may be anything. */
function parse(pem: string): X509Certificate | undefined {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
