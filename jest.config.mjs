const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  cacheDirectory: '<rootDir>/.cache/jest',
  transform: { '\\.ts$': '<rootDir>/test/strip-types.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
}

export default {
  maxWorkers: 2,
  testTimeout: 30_000, // two cores that also build and serve
  projects: ['unit', 'integration', 'e2e'].map(tier => ({
    ...shared,
    displayName: tier,
    testMatch: [`<rootDir>/test/${tier}/**/*.test.ts`],
  })),
}
