/** The accounts that the demo's server knows; their passwords are no secret. */
export const DEMO_USERS = [
  { name: 'Ada', email: 'ada@example.com', password: 'ada', role: 'Customer' },
  { name: 'Grace', email: 'grace@example.com', password: 'grace', role: 'Customer' },
  { name: 'Linus', email: 'linus@example.com', password: 'linus', role: 'Customer' },
  { name: 'Admin', email: 'admin@example.com', password: 'admin', role: 'Admin' },
] as const
