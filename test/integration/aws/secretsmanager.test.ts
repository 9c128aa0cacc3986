import { describeProvider, describeWriter } from '../contract.ts'
import { startSecretsManager } from './secrets-store.ts'

describeProvider(
  'secretsmanager',
  {
    refuses: ['empty'],
    names: ['name', 'deep/er/name', 'with.dot', 'with-dash_and_underscore', 'UPPER+case=9@x'],
    versions: true,
    prefix: 'tree',
    forbids: true,
    network: true,
  },
  startSecretsManager,
)

describeWriter(
  'secretsmanager',
  {
    refuses: ['empty'],
    names: ['name', 'deep/er/name', 'with.dot', 'with-dash_and_underscore', 'UPPER+case=9@x'],
    versions: true,
    checks: 'any',
    deletes: 'for a while',
    afterDelete: 'conflict',
    listsDeleted: false,
    prefix: 'tree',
    forbids: true,
    network: true,
  },
  startSecretsManager,
)
