/** Below it lies what rewrites the site: reached with the token of programs alone. */
export const CONFIG_PATH = '/api/config';
