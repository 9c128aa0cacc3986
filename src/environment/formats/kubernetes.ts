/** A Secret, as `kubectl create secret generic NAME --dry-run=client -o yaml` prints it. */
import { SecwrapError } from '../../core/errors.ts'
import type { Environment } from '../../core/types.ts'
import { type Format, type FormatOptions, refuseName } from './format.ts'
import { writeScalar } from './yaml-scalar.ts'

/** Of all values together. Source: Kubernetes API, core/v1, MaxSecretSize. */
const MAX_BYTES = 1024 * 1024

/** Of a Secret and of a key in it. Source: Kubernetes API, DNS1123SubdomainMaxLength. */
const MAX_NAME_LENGTH = 253

export const format: Format = {
  checkOptions({ name, namespace }) {
    if (name === undefined) fail('kubernetes needs --name', '--name app-secrets')
    if (!isSubdomain(name))
      fail('--name takes small letters, digits, - and . in between', '--name app-secrets')
    if (namespace !== undefined && !isLabel(namespace)) {
      fail('--namespace takes small letters, digits and - in between', '--namespace production')
    }
  },
  writeVariable(name, value) {
    if (name.length > MAX_NAME_LENGTH) refuseName("the name is too long for a Secret's key")
    return `  ${writeScalar(name)}: ${writeScalar(Buffer.from(value).toString('base64'))}`
  },
  wrap: writeSecret,
}

function writeSecret(data: readonly string[], options: FormatOptions, environment: Environment): string {
  const { name = '', namespace, type = 'Opaque' } = options
  checkSize(environment)
  const lines = [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${writeScalar(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${writeScalar(namespace)}`]),
    `type: ${writeScalar(type)}`,
    ...(data.length === 0 ? [] : ['data:', ...data]),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function checkSize(environment: Environment): void {
  const bytes = Object.values(environment).reduce((sum, value) => sum + Buffer.byteLength(value), 0)
  if (bytes <= MAX_BYTES) return
  throw new SecwrapError('BAD_VALUE', `the values are ${bytes} bytes, and a Secret takes ${MAX_BYTES}`, {
    hint: 'a template for each of several Secrets',
  })
}

/** Source: RFC 1123, as Kubernetes reads it. */
function isLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text)
}

function isSubdomain(text: string): boolean {
  return (
    text.length <= MAX_NAME_LENGTH &&
    text.split('.').every(label => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
  )
}

function fail(message: string, hint: string): never {
  throw new SecwrapError('BAD_USAGE', message, { hint })
}
