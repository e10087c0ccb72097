/** Where an order goes. */
export interface Address {
  readonly name: string
  readonly street: string
  readonly postcode: string
  readonly city: string
  readonly country: string
}

export const ADDRESS_FIELDS = ['name', 'street', 'postcode', 'city', 'country'] as const
