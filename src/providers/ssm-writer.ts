/**
 * AWS Systems Manager Parameter Store, written and administered: `secwrap set ssm:///prod/db/password`.
 *
 * Each write is a new version, of which the last hundred are kept. Nothing is checked before a write but
 * whether there is a parameter. What is deleted is gone. Source: AWS Systems Manager API Reference.
 */
import { DeleteParameterCommand, GetParameterCommand } from '@aws-sdk/client-ssm'
import { SecwrapError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import type { CreateWriter, SecretId, Writer } from '../core/types.ts'
import { createAsk } from './aws/sdk.ts'
import { listParameters, readHistory, versionOf } from './ssm/lists.ts'
import { parameterName } from './ssm/names.ts'
import { PARAMETER_STORE_SDK } from './ssm/sdk.ts'
import { writeParameter } from './ssm/write.ts'

export const createWriter: CreateWriter = (options, context): Writer => {
  const ask = createAsk(PARAMETER_STORE_SDK, options, context)
  return {
    async current(id, signal) {
      const command = new GetParameterCommand({ Name: parameterName(id), WithDecryption: true })
      const question = { id, action: 'GetParameter', deed: 'reading', signal } as const
      return ask(question, async (client, options) => {
        const { Parameter } = await client.send(command, options)
        if (Parameter?.Value === undefined) return undefined
        return { secret: new Secret(Parameter.Value), version: versionOf(Parameter, 'current') }
      })
    },

    async write(id, secret, { ifVersion }, signal) {
      checkName(id)
      if (ifVersion) throw misused(id, "Parameter Store can't check the version before it writes")
      return writeParameter({ ask, id, signal }, secret.reveal(), ifVersion === '')
    },

    async delete(id, { recover = false }, signal) {
      checkName(id)
      if (recover) throw misused(id, 'Parameter Store keeps nothing of what is deleted')
      const command = new DeleteParameterCommand({ Name: id.path })
      const question = { id, action: 'DeleteParameter', deed: 'deleting', signal } as const
      if (!(await ask(question, (client, options) => client.send(command, options)))) throw missing(id)
    },

    list: (prefix, signal) => listParameters(ask, prefix, signal),

    async history(id, signal) {
      const versions = await readHistory(ask, id, signal)
      if (!versions) throw missing(id)
      return versions
    },
  }
}

/** What is written or deleted goes by its name, and whole. */
function checkName(id: SecretId): void {
  if (id.version !== undefined) throw misused(id, 'a version can be neither written nor deleted by itself')
  const [arn, region, name] = /^arn:[^:]*:ssm:([^:]*):[^:]*:parameter\/(.*)$/.exec(id.path) ?? []
  if (arn)
    throw misused(
      id,
      'parameters are written and deleted by name, not by ARN',
      `ssm:///${name}?region=${region}`,
    )
}

function missing({ uri }: SecretId): SecwrapError {
  return new SecwrapError('NOT_FOUND', `${uri} does not exist`, { ref: uri })
}

function misused({ uri }: SecretId, fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_USAGE', `${uri}: ${fact}`, { ref: uri, ...(hint && { hint }) })
}
