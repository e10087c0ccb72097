/** Waits for a condition, looking often; throws when it has not come true within `limitMs`. */
export declare function waitUntil(condition: () => boolean | Promise<boolean>, what: string, limitMs?: number): Promise<void>;
