const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/

/**
 * How long the certificate in a value lives: the first one, as that is the holder's own where its authorities follow.
 * By the clock of this machine, as those who judge it have one. Undefined where there is none, or none that is valid.
 */
export function secondsLeft(value: string, now = Date.now()): number | undefined {
  // In JSON, line ends are written as \n.
  const [pem] = PEM.exec(value.includes('\\n') ? value.replaceAll('\\n', '\n') : value) ?? []
  if (pem === undefined) return undefined
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  try {
    const ms = Date.parse(new X509Certificate(pem).validTo) - now
    return ms > 0 ? Math.floor(ms / 1_000) : undefined
  } catch {
    return undefined // what looks like one may be anything
  }
}
