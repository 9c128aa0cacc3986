/** Credentials that a place gives the programs in it, each by a request of its own. */
export { fromContainer } from './container.ts'
export { fromInstance } from './instance.ts'
export { fromWebIdentity } from './web-identity.ts'
