// What is invalidated together. The names are used as groups in L1 and L2 and as Cache-Groups in responses.

/** Whatever shows one product. */
export const productGroup = (id: number): string => `product-${id}`

/** Whatever shows the products of one category. */
export const categoryGroup = (id: string): string => `category-${id}`

/** Every page of every listing and search. */
export const LISTING_GROUP = 'listing'

/** The compact document of the whole shop, and the categories. */
export const CATALOG_GROUP = 'catalog'
