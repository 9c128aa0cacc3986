/** Every parameter below a path, for wildcards: `*=ssm:///prod/app/`. */
import { SecwrapError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { Provider, SecretId } from '../../core/types.ts'
import type { AwsClient } from '../aws/client.ts'
import { AwsRefusal } from '../aws/failures.ts'
import { explainRefusal } from '../aws/refusals.ts'
import { shareOnce } from '../shared/share-once.ts'
import { type Parameter, parametersIn, secretOf } from './answers.ts'
import { parameterArn } from './names.ts'

const ACTION = 'GetParametersByPath'

type Secrets = ReadonlyMap<string, Secret>

/** A path that two entries import is read once. */
export function createPathReader(client: AwsClient): NonNullable<Provider['readPrefix']> {
  const paths = new Map<string, (signal: AbortSignal) => Promise<Secrets>>()
  return (prefix, signal, onRead) => {
    const read = paths.get(prefix.uri) ?? shareOnce(createPageReader(client, prefix, onRead))
    paths.set(prefix.uri, read)
    return read(signal)
  }
}

/** Pages in turn. Those that were read stay read, so that a retry goes on where the store throttled. */
function createPageReader(
  client: AwsClient,
  prefix: SecretId,
  onRead?: (count: number) => void,
): (signal: AbortSignal) => Promise<Secrets> {
  const found = new Map<string, Secret>()
  let token: string | undefined
  return async signal => {
    do {
      const page = await readPage(client, prefix, token, signal)
      for (const parameter of page.parameters)
        found.set(nameBelow(prefix, parameter.Name), secretOf(parameter))
      onRead?.(page.parameters.length)
      token = page.nextToken
    } while (token !== undefined)
    return found
  }
}

interface Page {
  readonly parameters: readonly Parameter[]
  readonly nextToken: string | undefined
}

async function readPage(
  client: AwsClient,
  prefix: SecretId,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const region = client.region()
  const input = { ...inputFor(prefix), ...(token !== undefined && { NextToken: token }) }
  try {
    return await client.call({ action: ACTION, input, region, signal }, answer => {
      const parameters = parametersIn(answer)
      const { NextToken: next } = answer
      return (
        parameters && { parameters, nextToken: typeof next === 'string' && next !== '' ? next : undefined }
      )
    })
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error
    const subject = {
      id: prefix,
      noun: 'parameter',
      permission: `ssm:${ACTION}`,
      arn: parameterArn(prefix, region),
    } as const
    throw explainRefusal(error, subject) ?? error
  }
}

/** @throws SecwrapError BAD_TEMPLATE for a path that can't be one. */
function inputFor({ uri, path, version, selector }: SecretId): object {
  if (!path.startsWith('/')) {
    throw new SecwrapError('BAD_TEMPLATE', `${uri}: paths of Parameter Store begin with /`, {
      ref: uri,
      hint: `ssm:///${path}`,
    })
  }
  if (version !== undefined && selector !== 'label') {
    throw new SecwrapError('BAD_TEMPLATE', `${uri}: a path has labels, but no versions`, { ref: uri })
  }
  return {
    Path: path.length > 1 ? path.replace(/\/+$/, '') : path,
    Recursive: true,
    WithDecryption: true,
    MaxResults: 10,
    ...(version !== undefined && {
      ParameterFilters: [{ Key: 'Label', Option: 'Equals', Values: [version] }],
    }),
  }
}

// The root also has names without a leading slash.
function nameBelow({ path }: SecretId, name: string): string {
  return name.startsWith(path) ? name.slice(path.length) : name
}
