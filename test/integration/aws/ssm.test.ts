import { describeProvider, describeWriter } from '../contract.ts'
import { startSsm } from './parameter-store.ts'

describeProvider(
  'ssm',
  {
    refuses: ['empty'],
    names: ['name', 'deep/er/name', 'with.dot', 'with-dash_and_underscore', 'UPPER.case-9'],
    versions: true,
    prefix: 'tree',
    forbids: true,
    network: true,
  },
  startSsm,
)

describeWriter(
  'ssm',
  {
    refuses: ['empty'],
    names: ['name', 'deep/er/name', 'with.dot', 'with-dash_and_underscore', 'UPPER.case-9'],
    versions: true,
    checks: 'new',
    deletes: 'for good',
    afterDelete: 'written',
    listsDeleted: false,
    prefix: 'tree',
    forbids: true,
    network: true,
  },
  startSsm,
)
