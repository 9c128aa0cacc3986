import { expect, test } from '@jest/globals'
import { secondsLeft } from '../../../../src/commands/watch/certificate.ts'

/** For app.local, by itself, until the end below; made by `openssl req -x509`, its key thrown away. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUNBANS3cIGpSyWiS4yFGrU+ScLRswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYXBwLmxvY2FsMB4XDTI2MTEyNDE2NDkyNloXDTI2MTIyNDE2
NDkyNlowFDESMBAGA1UEAwwJYXBwLmxvY2FsMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE/f5vVLIa0WqRxuCNYeHf30JF+gqLpZmplRMmVUQwgv+EFCi7jJpUESZx
qvP8T/jwtu62fakbVqPZ6xZfGQnIXaNTMFEwHQYDVR0OBBYEFBrfxKLf4MQxa9V3
I6VywEGeoHuZMB8GA1UdIwQYMBaAFBrfxKLf4MQxa9V3I6VywEGeoHuZMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgfQ98IVJMlzcy6vsCCK4tWZik
knJ77oYPWVSZm19snfYCIQD3oHustfYT151uNjYfmmuRDUNDsfDV43rwZ2IsXfnQ
9A==
-----END CERTIFICATE-----
`
const END = Date.UTC(2026, 11, 24, 16, 49, 26)
/** The same, but one that may not sign others. */
const OWN = `-----BEGIN CERTIFICATE-----
MIIBeTCCASCgAwIBAgIUAsto8ubVTNTASUWodeAIpzoki6kwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYXBwLmxvY2FsMB4XDTI2MTEyNDIwMTM1N1oXDTI2MTIxNDIw
MTM1N1owFDESMBAGA1UEAwwJYXBwLmxvY2FsMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEdTnz2e0SBH8l+8ia5ZHFi2pvy0KH34l/NCT4+3rJdX6IYINwM2vSS1O2
VAFTpI7OD3N85B4N6Qu2sj8LHXl1j6NQME4wHQYDVR0OBBYEFHQ5so0KG41bhlNM
VlF+MIteBoIaMB8GA1UdIwQYMBaAFHQ5so0KG41bhlNMVlF+MIteBoIaMAwGA1Ud
EwEB/wQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgJ5IWIcQPB3AlhIwIHZMWCilceNzY
SRDWP9K4mEgdfR0CIDcfwJCfaPKaZgrQE7iYRvPNNH66LS855/U7XtKjxrzY
-----END CERTIFICATE-----
`
const OWN_END = Date.UTC(2026, 11, 14, 20, 13, 57)
const HOUR = 3_600_000

test.each([
  // the value                                                            milliseconds before its end   seconds
  ['a certificate', PEM, HOUR, 3_600],
  ['its last second', PEM, 1_000, 1],
  ['one that has ended', PEM, 0, undefined],
  [
    'a chain: the first counts',
    `${PEM}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    HOUR,
    3_600,
  ],
  [
    'with its key before it',
    `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n${PEM}`,
    HOUR,
    3_600,
  ],
  ['a field of JSON', JSON.stringify({ certificate: PEM }), HOUR, 3_600],
  [
    'what only looks like one',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    HOUR,
    undefined,
  ],
  ['its authority before it', `${PEM}${OWN}`, END - OWN_END + HOUR, 3_600],
  ['and in JSON', JSON.stringify({ ca_chain: [PEM], certificate: OWN }), END - OWN_END + HOUR, 3_600],
  [
    'what only looks like one, before it',
    `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${OWN}`,
    END - OWN_END + HOUR,
    3_600,
  ],
  ['a value like any other', 's3cret', HOUR, undefined],
])('%s', (_, value, before, expected) => {
  expect(secondsLeft(value, END - before)).toBe(expected)
})
