import { SecwrapError } from '../core/errors.ts'
import { shorten, suggest } from '../core/suggest.ts'
import { decodePercent, splitUri, type Written } from './uri.ts'

interface Store {
  readonly scheme: string
  readonly options: Readonly<Record<string, string>> // theirs → ours
}

const AWS = { region: 'region', profile: 'profile' }
const VAULT: Store = {
  scheme: 'vault',
  options: { address: 'address', namespace: 'namespace', version: 'version' },
}
const SECRETS_MANAGER: Store = {
  scheme: 'secretsmanager',
  options: { ...AWS, version_stage: 'stage', version_id: 'version' },
}

/** The stores of vals that are ours too. */
const STORES: Readonly<Record<string, Store>> = {
  awsssm: { scheme: 'ssm', options: { ...AWS, version: 'version' } },
  awssecrets: SECRETS_MANAGER,
  awssec: SECRETS_MANAGER,
  vault: VAULT,
  openbao: VAULT,
  file: { scheme: 'file', options: {} },
  sops: { scheme: 'sops', options: { format: 'format' } },
  azurekeyvault: { scheme: 'azurekv', options: {} },
}

/** Backends of vals that a template needs no store for. */
const BACKEND_HINTS: Readonly<Record<string, string>> = { envsubst: '${NAME}', echo: 'write the text itself' }

/** Options of vals that say where something stands rather than what to read. */
const HINTS: Readonly<Record<string, string>> = {
  role_arn: 'a profile with role_arn in ~/.aws/config, and ?profile=',
  token_env: 'VAULT_TOKEN',
  token_file: 'VAULT_TOKEN, or ~/.vault-token',
}

/**
 * `ref+awsssm://prod/db?region=eu-west-1#/password`, and `secretref+…`, as vals means it.
 * Source: the README of helmfile/vals, "Supported Backends".
 */
export function parseVals(text: string): Written {
  const colon = text.indexOf(':')
  const backend = text.slice(text.indexOf('+') + 1, colon)
  const store = Object.hasOwn(STORES, backend) ? STORES[backend] : undefined
  if (!store) throw unknownBackend(backend)
  const { path, options, fragment } = splitUri(text.slice(colon + 3))
  const { mode, recursive: _, key_type: keyType, ...others } = options
  if (keyType !== undefined && keyType !== 'filepath') {
    throw new SecwrapError(
      'BAD_TEMPLATE',
      'ref+sops:// with the sealed text in the reference is not supported',
    )
  }
  const written = {
    scheme: store.scheme,
    path: decodePercent(path),
    options: mapOptions(backend, store, others),
    ...(fragment && { key: decodePercent(fragment).replace(/^\//, '').split('/') }),
  }
  return (ADJUST[backend] ?? (same => same))(written, mode === 'singleparam')
}

function mapOptions(
  backend: string,
  { options }: Store,
  written: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const mapped = Object.entries(written).map(([name, value]) => {
    const ours = Object.hasOwn(options, name) ? options[name] : undefined
    if (ours !== undefined) return [ours, value]
    const hint =
      (Object.hasOwn(HINTS, name) && HINTS[name]) || `options: ${Object.keys(options).join(', ') || 'none'}`
    throw new SecwrapError(
      'BAD_TEMPLATE',
      `ref+${backend}:// with the option ${shorten(name)} is not supported`,
      {
        hint,
      },
    )
  })
  return Object.fromEntries(mapped)
}

/** Where vals reads a path otherwise than we do. */
const ADJUST: Readonly<Record<string, (written: Written, single: boolean) => Written>> = {
  // Without mode=singleparam the fragment goes on with the name: `#/b` of /a is the parameter /a/b.
  awsssm: ({ path, key, ...rest }, single) => {
    const name = path.startsWith('/') ? path : `/${path}`
    if (single || !key) return { ...rest, path: name, ...(key && { key }) }
    return { ...rest, path: `${name}/${key.join('/')}` }
  },
  // Without a fragment the last segment is the key.
  vault: lastSegmentIsKey,
  openbao: lastSegmentIsKey,
  // Relative to the working folder, the last newline kept, and every format read as YAML.
  file: ({ path, key, ...rest }) => ({
    ...rest,
    path: fromWorkingFolder(path),
    ...(key
      ? { key, options: path.endsWith('.json') ? {} : { format: 'yaml' } }
      : { options: { raw: 'true' } }),
  }),
  sops: ({ path, key, options, ...rest }) => ({
    ...rest,
    path: fromWorkingFolder(path),
    key,
    options: key && !/\.(ya?ml|json|env)$/.test(path) ? { format: 'yaml', ...options } : options,
  }),
  azurekeyvault: ({ path, options, ...rest }) => {
    const [vault = '', name = '', version] = path.split('/')
    return { ...rest, path: `${vault}/${name}`, options: { ...options, ...(version && { version }) } }
  },
}

function lastSegmentIsKey(written: Written): Written {
  const slash = written.path.lastIndexOf('/')
  if (written.key || slash < 0) return written
  return { ...written, path: written.path.slice(0, slash), key: [written.path.slice(slash + 1)] }
}

function fromWorkingFolder(path: string): string {
  return path.startsWith('/') ? path : `${process.cwd()}/${path.replace(/^\.\//, '')}`
}

function unknownBackend(backend: string): SecwrapError {
  const meant = suggest(backend, Object.keys(STORES))
  const hint = Object.hasOwn(BACKEND_HINTS, backend) ? BACKEND_HINTS[backend] : undefined
  return new SecwrapError('BAD_TEMPLATE', `ref+${backend}:// is not a store that secwrap reads`, {
    hint: hint ?? (meant ? `ref+${meant}://` : `stores: ${Object.keys(STORES).join(', ')}`),
  })
}
