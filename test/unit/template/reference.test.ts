import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SecwrapError } from '../../../src/core/errors.ts'
import { parseReference } from '../../../src/template/reference.ts'

const FOLDER = '/srv/app/'

test.each([
  // reference, uri, path, version, key
  ['ssm:///prod/db', 'ssm:///prod/db', '/prod/db', undefined, undefined],
  ['ssm://name', 'ssm://name', 'name', undefined, undefined],
  ['ssm:///prod/db?version=3', 'ssm:///prod/db?version=3', '/prod/db', '3', undefined],
  ['ssm:///a?region=eu-west-1&label=live#b', 'ssm:///a?label=live&region=eu-west-1', '/a', 'live', ['b']],
  ['ssm:///a?', 'ssm:///a', '/a', undefined, undefined],
  ['ssm:///a?optional', 'ssm:///a', '/a', undefined, undefined],
  ['vault://secret/data/db#password', 'vault://secret/data/db', 'secret/data/db', undefined, ['password']],
  ['vault://secret/a%20b%3F#x%23y', 'vault://secret/a%20b%3F', 'secret/a b?', undefined, ['x#y']],
  ['vault://secret/%C3%BC', 'vault://secret/ü', 'secret/ü', undefined, undefined],
  ['vault://secret/x#db.password', 'vault://secret/x', 'secret/x', undefined, ['db', 'password']],
  ['vault://secret/x#tls\\.key.0', 'vault://secret/x', 'secret/x', undefined, ['tls.key', '0']],
  ['vault://secret/x#a%2Eb', 'vault://secret/x', 'secret/x', undefined, ['a.b']],
  [
    'vault://secret/x?namespace=team%2Fa',
    'vault://secret/x?namespace=team%2Fa',
    'secret/x',
    undefined,
    undefined,
  ],
  ['file:///etc/key?raw', 'file:///etc/key?raw=true', '/etc/key', undefined, undefined],
  ['file:///etc/key?raw=false', 'file:///etc/key', '/etc/key', undefined, undefined],
  ['file://./key', 'file:///srv/app/key', '/srv/app/key', undefined, undefined],
  ['file:///a/.env?format=dotenv#KEY', 'file:///a/.env?format=dotenv', '/a/.env', undefined, ['KEY']],
  ['secret://tls.key', 'secret://tls.key', 'tls.key', undefined, undefined],
  [
    'secretsmanager://a/b?stage=AWSPREVIOUS',
    'secretsmanager://a/b?stage=AWSPREVIOUS',
    'a/b',
    'AWSPREVIOUS',
    undefined,
  ],
  ['azurekv://my-vault/name', 'azurekv://my-vault/name', 'my-vault/name', undefined, undefined],
  ['sops://./a.yaml#db.password', 'sops:///srv/app/a.yaml', '/srv/app/a.yaml', undefined, ['db', 'password']],
  // ARNs: their region is no option, so that one store serves them all
  [
    'arn:aws:ssm:eu-west-1:1:parameter/a/b',
    'ssm://arn:aws:ssm:eu-west-1:1:parameter/a/b',
    'arn:aws:ssm:eu-west-1:1:parameter/a/b',
    undefined,
    undefined,
  ],
  [
    'ssm://arn:aws:ssm:eu-west-1:1:parameter/a?version=2&region=eu-west-1',
    'ssm://arn:aws:ssm:eu-west-1:1:parameter/a?version=2',
    'arn:aws:ssm:eu-west-1:1:parameter/a',
    '2',
    undefined,
  ],
  [
    'arn:aws-cn:secretsmanager:cn-north-1:1:secret:a/b-AbCdEf#user',
    'secretsmanager://arn:aws-cn:secretsmanager:cn-north-1:1:secret:a/b-AbCdEf',
    'arn:aws-cn:secretsmanager:cn-north-1:1:secret:a/b-AbCdEf',
    undefined,
    ['user'],
  ],
  // vals
  ['ref+awsssm://foo/bar', 'ssm:///foo/bar', '/foo/bar', undefined, undefined],
  [
    'secretref+awsssm:///foo/bar?region=r&profile=p&version=2',
    'ssm:///foo/bar?profile=p&region=r&version=2',
    '/foo/bar',
    '2',
    undefined,
  ],
  ['ref+awsssm://foo#/bar/baz', 'ssm:///foo/bar/baz', '/foo/bar/baz', undefined, undefined],
  ['ref+awsssm://foo?recursive=true#/bar/baz', 'ssm:///foo/bar/baz', '/foo/bar/baz', undefined, undefined],
  ['ref+awsssm://foo?mode=singleparam#/bar/baz', 'ssm:///foo', '/foo', undefined, ['bar', 'baz']],
  ['ref+awssecrets://a/b?version_stage=s#/k', 'secretsmanager://a/b?stage=s', 'a/b', 's', ['k']],
  ['ref+awssecrets://a/b?version_id=1', 'secretsmanager://a/b?version=1', 'a/b', '1', undefined],
  ['ref+vault://kv/a?version=2&namespace=n#/b', 'vault://kv/a?namespace=n&version=2', 'kv/a', '2', ['b']],
  ['ref+vault://kv/a/b', 'vault://kv/a', 'kv/a', undefined, ['b']],
  ['ref+openbao://kv/a#/b/c', 'vault://kv/a', 'kv/a', undefined, ['b', 'c']],
  ['ref+file:///etc/key', 'file:///etc/key?raw=true', '/etc/key', undefined, undefined],
  ['ref+file:///a.json#/b', 'file:///a.json', '/a.json', undefined, ['b']],
  ['ref+file:///a.yaml#/b/c.d', 'file:///a.yaml?format=yaml', '/a.yaml', undefined, ['b', 'c.d']],
  ['ref+sops:///a.enc#/b', 'sops:///a.enc?format=yaml', '/a.enc', undefined, ['b']],
  ['sops:///a?format=binary', 'sops:///a?format=binary', '/a', undefined, undefined],
  ['ref+sops:///a.yaml#/b', 'sops:///a.yaml', '/a.yaml', undefined, ['b']],
  ['ref+azurekeyvault://v/s/1', 'azurekv://v/s?version=1', 'v/s', '1', undefined],
  // vault-env and secret-init
  ['vault:secret/data/a#b', 'vault://secret/data/a?api-path=true', 'secret/data/a', undefined, ['b']],
  ['bao:secret/data/a#b', 'vault://secret/data/a?api-path=true', 'secret/data/a', undefined, ['b']],
  [
    'vault:secret/data/a#b.c#3',
    'vault://secret/data/a?api-path=true&version=3',
    'secret/data/a',
    '3',
    ['b.c'],
  ],
])('%s', (raw, uri, path, version, key) => {
  const reference = parseReference(raw, { folder: FOLDER })
  const { id } = reference
  expect([reference.raw, id.uri, id.path, id.version, reference.key]).toEqual([raw, uri, path, version, key])
})

test.each([
  ['ref+file://a/key', `file://${process.cwd()}/a/key?raw=true`],
  ['ref+file://./a/key', `file://${process.cwd()}/a/key?raw=true`],
  ['ref+sops://a.yaml', `sops://${process.cwd()}/a.yaml`],
])('%s is relative to the working folder, as in vals', (raw, uri) => {
  expect(parseReference(raw, { folder: FOLDER }).id.uri).toBe(uri)
})

test('what picks the store is an option of the id, what picks the version is not', () => {
  const { id, optional } = parseReference('ssm:///a?optional&label=live&region=eu-west-1&profile=p')
  expect(optional).toBe(true)
  expect(id).toMatchObject({
    version: 'live',
    selector: 'label',
    options: { region: 'eu-west-1', profile: 'p' },
  })
})

test.each([
  // reference, problem, hint
  ['ssm:///a//b', 'the path has an empty segment', undefined],
  ['ssm:///a/../b', 'the path has a segment ..', undefined],
  ['ssm:///a/./b', 'the path has a segment .', undefined],
  ['ssm:///a/%2e%2E/b', 'the path has a segment ..', undefined],
  ['vault://a%2F..%2Fb', 'the path has a segment ..', undefined],
  ['file://./../b', 'the path has a segment ..', undefined],
  ['ssm:///', 'the path is empty', undefined],
  ['ssm://', 'the path is empty', undefined],
  ['vault://?version=1', 'the path is empty', undefined],
  ['ssm:///a/', 'the path ends in /, which is for wildcards only', '*=… or PREFIX_*=…'],
  ['ssm:///a%00b', 'the reference has a control character in it', undefined],
  ['ssm:///a\u0007', 'the reference has a control character in it', undefined],
  ['vault://a#b%0Ac', 'the reference has a control character in it', undefined],
  ['ssm:///a?region=%1b[31m', 'the reference has a control character in it', undefined],
  [
    'ssm:///100%',
    'a % in the reference does not begin a percent-encoded character',
    'write %25 for a percent sign',
  ],
  [
    'vault://%ff',
    'a % in the reference does not begin a percent-encoded character',
    'write %25 for a percent sign',
  ],
  ['ssm://a/b', 'a parameter with / in its name begins with /', 'ssm:///a/b'],
  ['ssm:///a:3', 'a parameter has no : in its name', '?version=3 or ?label=live'],
  ['vault:///secret/a', 'a vault path begins with the name of its mount', 'vault://secret/a'],
  ['file://a/b', 'the path begins with neither / nor ./', 'file://./a/b'],
  ['file://../a', 'the path begins with neither / nor ./', 'file:///absolute/path'],
  ['azurekv://name', 'the path is not a vault and a name', 'azurekv://my-vault/name'],
  ['ssm:///a?regoin=x', 'ssm:// has no option regoin', '?region'],
  [
    'ssm:///a?namespace=x',
    'ssm:// has no option namespace',
    'options: optional, version, label, region, profile, endpoint',
  ],
  ['file:///a?version=1', 'file:// has no option version', 'options: optional, format, raw'],
  [
    'ssm:///a?constructor=x',
    'ssm:// has no option constructor',
    'options: optional, version, label, region, profile, endpoint',
  ],
  [
    'ssm:///a?api-path',
    'ssm:// has no option api-path',
    'options: optional, version, label, region, profile, endpoint',
  ],
  [
    'vault://a/b?api-path',
    'vault:// has no option api-path',
    'options: optional, version, namespace, address, common_name, alt_names, ip_sans, uri_sans, other_sans, ttl, not_after, format, private_key_format, exclude_cn_from_sans, remove_roots_from_chain',
  ],
  ['ssm:///a?region', 'the option region has no value', '?region='],
  ['ssm:///a?region=', 'the option region has no value', '?region='],
  ['ssm:///a?optional=maybe', 'the option optional takes no value', '?optional'],
  ['ssm:///a?region=a&region=b', 'the option region is given twice', undefined],
  ['ssm:///a?version=1&label=x', 'version and label exclude each other', undefined],
  ['file:///a?format=binary', 'unknown format', '?format=dotenv, ?format=json, ?format=yaml'],
  ['file:///a?format=jsn', 'unknown format', '?format=json'],
  ['vault://a/b#', 'the key after # is empty', '#password or #db.password'],
  ['vault://a/b#c..d', 'the key after # is empty', '#password or #db.password'],
  ['https://a/b', 'this is not a reference', 'ssm:///prod/db/password'],
  [
    'smm:///a',
    'unknown scheme smm://',
    'did you mean ssm://? As plain text: single quotes, or \\${ in a file',
  ],
  ['arn:aws:ssm::1:parameter/a', 'the ARN has no region or no account', undefined],
  ['ssm://arn:aws:iam::1:role/a', 'the ARN is of neither a parameter nor a secret', undefined],
  ['ssm://arn:aws:secretsmanager:r:1:secret:a', 'the ARN belongs to secretsmanager://', undefined],
  [
    'arn:aws:ssm:eu-west-1:1:parameter/a?region=us-east-1',
    'the ARN is of eu-west-1, but the option region says otherwise',
    undefined,
  ],
  [
    'ref+gcpsecrets://p/s',
    'ref+gcpsecrets:// is not a store that secwrap reads',
    'stores: awsssm, awssecrets, awssec, vault, openbao, file, sops, azurekeyvault',
  ],
  ['ref+awssm://a', 'ref+awssm:// is not a store that secwrap reads', 'ref+awsssm://'],
  [
    'ref+constructor://a',
    'ref+constructor:// is not a store that secwrap reads',
    'stores: awsssm, awssecrets, awssec, vault, openbao, file, sops, azurekeyvault',
  ],
  ['ref+envsubst://$A', 'ref+envsubst:// is not a store that secwrap reads', '${NAME}'],
  [
    'ref+awsssm://a?role_arn=x',
    'ref+awsssm:// with the option role_arn is not supported',
    'a profile with role_arn in ~/.aws/config, and ?profile=',
  ],
  [
    'ref+vault://a/b?auth_method=approle#/c',
    'ref+vault:// with the option auth_method is not supported',
    'options: address, namespace, version',
  ],
  [
    'ref+sops://YWJj?key_type=base64',
    'ref+sops:// with the sealed text in the reference is not supported',
    undefined,
  ],
  ['vault:login', 'vault:login is not supported', '--pass-credentials'],
  ['vault:v1:abcdef', 'a value sealed by the transit engine is not supported', undefined],
  ['vault:secret/data/a', 'a vault: reference needs a key', 'vault:secret/data/a#password'],
  ['>>vault:secret/data/a#b#{}', ">>vault: writes to the vault, which a template can't do", undefined],
])('refuses %s', (raw, message, hint) => {
  const parse = () => parseReference(raw, { folder: FOLDER })
  expect(parse).toThrow(SecwrapError)
  expect(parse).toThrow(
    expect.objectContaining({ code: 'BAD_TEMPLATE', message, details: hint === undefined ? {} : { hint } }),
  )
})

test.each([
  ['ssm:///prod/app/', '/prod/app/'],
  ['ssm:///', '/'],
  ['secret://', ''],
  ['file://./secrets/', '/srv/app/secrets/'],
  ['azurekv://my-vault/', 'my-vault/'],
  ['vault://secret/cache', 'secret/cache'],
])('%s can be a wildcard', (raw, path) => {
  expect(parseReference(raw, { folder: FOLDER, wildcard: true }).id.path).toBe(path)
})

test('equal secrets have equal uris, others do not', () => {
  const segment = fc.string({
    unit: fc.constantFrom('a', 'b', '%', '?', '#', '&', '=', ' ', '/', 'ü', '.'),
    minLength: 1,
    maxLength: 4,
  })
  const reference = fc.tuple(segment, segment).map(([path, region]) => ({
    text: `vault://m/${encodeURIComponent(path)}?namespace=${encodeURIComponent(region)}`,
    path,
    region,
  }))
  const parse = (text: string) => {
    try {
      return parseReference(text).id
    } catch {
      return undefined
    }
  }
  fc.assert(
    fc.property(reference, reference, (a, b) => {
      const [left, right] = [parse(a.text), parse(b.text)]
      fc.pre(left !== undefined && right !== undefined)
      expect(left?.path).toBe(`m/${a.path}`)
      expect(left?.uri === right?.uri).toBe(a.path === b.path && a.region === b.region)
      expect(parse(left?.uri ?? '')).toEqual(left)
    }),
    { numRuns: 2_000 },
  )
})

test('whatever the text, it is a reference or a SecwrapError', () => {
  const start = fc.constantFrom(
    'ssm://',
    'vault://',
    'file://',
    'ref+awsssm://',
    'ref+vault://',
    'vault:',
    'arn:aws:ssm:',
    '',
    'azurekv://',
  )
  fc.assert(
    fc.property(
      start,
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.boolean(),
      (prefix, rest, wildcard) => {
        try {
          parseReference(prefix + rest, { folder: '', wildcard })
        } catch (error) {
          expect(error).toBeInstanceOf(SecwrapError)
        }
      },
    ),
    { numRuns: 5_000 },
  )
})
