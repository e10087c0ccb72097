/** What an account of the demonstration starts with. The password of each is the part of the address before the @. */
export interface SeedUser {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly role: 'customer' | 'admin'
  readonly address: {
    readonly name: string
    readonly street: string
    readonly postcode: string
    readonly city: string
    readonly country: string
  }
  readonly orders: readonly {
    readonly placedAt: string
    /** Product slug and quantity. */
    readonly lines: readonly (readonly [string, number])[]
  }[]
}

export const SEED_USERS: readonly SeedUser[] = [
  {
    id: 1,
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    role: 'customer',
    address: {
      name: 'Ada Lovelace',
      street: '12 St James’s Square',
      postcode: 'SW1Y 4JH',
      city: 'London',
      country: 'United Kingdom',
    },
    orders: [
      {
        placedAt: '2025-03-14T09:26:00Z',
        lines: [
          ['gear', 3],
          ['abacus', 1],
        ],
      },
      {
        placedAt: '2025-06-02T17:40:00Z',
        lines: [
          ['butterfly', 2],
          ['teapot', 1],
          ['sheet-music', 1],
        ],
      },
    ],
  },
  {
    id: 2,
    email: 'grace@example.com',
    name: 'Grace Hopper',
    role: 'customer',
    address: {
      name: 'Grace Hopper',
      street: '7 Harbour Road',
      postcode: '22202',
      city: 'Arlington',
      country: 'United States',
    },
    orders: [
      {
        placedAt: '2025-05-21T08:05:00Z',
        lines: [
          ['caterpillar', 1],
          ['ship', 1],
        ],
      },
    ],
  },
  {
    id: 3,
    email: 'linus@example.com',
    name: 'Linus Berg',
    role: 'customer',
    address: {
      name: 'Linus Berg',
      street: 'Mannerheimintie 4',
      postcode: '00100',
      city: 'Helsinki',
      country: 'Finland',
    },
    orders: [],
  },
  {
    id: 4,
    email: 'admin@example.com',
    name: 'Shop Admin',
    role: 'admin',
    address: {
      name: 'Thermocline Storefront',
      street: '1 Quay Street',
      postcode: '1012 AB',
      city: 'Amsterdam',
      country: 'Netherlands',
    },
    orders: [],
  },
]
