// Made by `npm run client` from openapi.json: never by hand.
export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process up? */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Can it take anything? */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It can */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description It cannot, and why, in a few words */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How is each part? */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Each part; no secrets */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                /** @description Some part is not well */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts for Prometheus */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Text format 0.0.4 */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Become a gateway; the code is the proof */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        id: string;
                        csr: string;
                        mac: string;
                    };
                };
            };
            responses: {
                /** @description Everything that a gateway needs, under the code */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            body: string;
                            mac: string;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description The code is too old */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gateways with link, versions, faults, gaps */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By id */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            gateways: components["schemas"]["Gateway"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/bays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Latest state of each bay */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By name */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            bays: components["schemas"]["BayState"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 500 alarms */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The latest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            alarms: components["schemas"]["Alarm"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/risks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 500 uses of grants after their revocation, by gateways that could not know */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The latest first; nothing follows by itself */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            risks: components["schemas"]["Risk"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events in order, none that an earlier one could still come before */
        get: {
            parameters: {
                query?: {
                    after?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description After the cursor `after` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            events: components["schemas"]["GatewayEvent"][];
                            /** @description What to ask `after` next time */
                            next: string;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue or change a grant */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @default park
                         * @enum {string}
                         */
                        kind?: "park" | "lease" | "shower" | "stay" | "work" | "staff";
                        holder: string;
                        /** @default  */
                        holderMask?: string;
                        credentials: string[];
                        points: string[];
                        validFrom: number;
                        validUntil: number;
                        /** @default [] */
                        weekly?: {
                            days: number[];
                            fromMinute: number;
                            toMinute: number;
                        }[];
                        /**
                         * @default multi
                         * @enum {string}
                         */
                        entries?: "one" | "multi";
                        id?: string;
                        /**
                         * @default active
                         * @enum {string}
                         */
                        state?: "offered" | "active" | "suspended" | "ended";
                    };
                };
            };
            responses: {
                /** @description As the gateway will hold it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayGrant"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/cards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue or change a card */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        id?: string;
                        holder: string;
                        uid: string;
                        secretHex?: string;
                        /**
                         * @default active
                         * @enum {string}
                         */
                        state?: "active" | "suspended" | "consumed";
                    };
                };
            };
            responses: {
                /** @description As the gateway will hold it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayCard"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/grants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke for good */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it was, revoked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayGrant"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/cards/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke for good */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it was, revoked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayCard"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/revocations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a revocation has come */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Until 30 days after the end of the grant */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Revocation"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/bays/{bay}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open a bay, now or never */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    gw: string;
                    bay: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        by: string;
                        /** @default 8000 */
                        ttlMs?: number;
                    };
                };
            };
            responses: {
                /** @description What came of it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Command"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/commands/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What came of an order */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it stands */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Command"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/site-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The wanted site file beside the held one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Wanted and held */
                200: {
                    headers: {
                        /** @description Over both */
                        etag: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteConfig"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        /** Want another site file */
        put: {
            parameters: {
                query?: {
                    /** @description Devices that it names no more are meant to go */
                    removing?: "true" | "false";
                    by?: string;
                };
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/yaml": string;
                };
            };
            responses: {
                /** @description Wanted and held */
                200: {
                    headers: {
                        /** @description Over both */
                        etag: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SiteConfig"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/enrollment-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 20 codes */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            codes: {
                                id: string;
                                /** @enum {string} */
                                state: "open" | "used" | "expired" | "locked";
                                /** @description Milliseconds since 1970 */
                                createdMs: number;
                                /** @description Milliseconds since 1970 */
                                expiresMs: number;
                                wrongTries: number;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** A code, good once */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Shown once */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            gateway: string;
                            code: string;
                            /** @description Milliseconds since 1970 */
                            expiresMs: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was given out */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            certificates: {
                                serial: string;
                                gateway: string;
                                /** @description Milliseconds since 1970 */
                                issuedWall: number;
                                /** @description Milliseconds since 1970 */
                                notAfterWall: number;
                                /** @description Milliseconds since 1970 */
                                seenWall: number | null;
                                /** @description Milliseconds since 1970 */
                                revokedWall: number | null;
                                why: string | null;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gw}/certificate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take the identity away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    gw: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How many were good */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            revoked: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates/ca": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Certificate of the authority */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description PEM */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates/revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Revocation list */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description PEM */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Members, oldest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    role?: "tenant" | "lender" | "bather" | "host" | "guest" | "locksmith" | "unit" | "guard" | "operator";
                    status?: "active" | "frozen" | "erased";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            members: components["schemas"]["Member"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Register a member by phone */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMember"];
                };
            };
            responses: {
                /** @description Registered */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find a member by the whole phone number; written down */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @example 138 0000 5678 */
                        phone: string;
                    };
                };
            };
            responses: {
                /** @description None or one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            members: components["schemas"]["Member"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A member, masked */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As he stands */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MaskedMember"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what is named */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MemberEdit"];
                };
            };
            responses: {
                /** @description As he stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/members/{id}/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take all his rights out of force, at once */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Why; kept for good beside who and when
                         * @example guest reports a theft
                         */
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description As he stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/unfreeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give back what a freeze took */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Why; kept for good beside who and when
                         * @example guest reports a theft
                         */
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description As he stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Erase all that is personal, now or at a time */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Why; kept for good beside who and when
                         * @example guest reports a theft
                         */
                        reason: string;
                        /** @description Milliseconds since 1970 */
                        atMs?: number;
                    };
                };
            };
            responses: {
                /** @description As he stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        /** Call a planned erasure off */
        delete: {
            parameters: {
                query: {
                    /** @description Why; kept for good beside who and when */
                    reason: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As he stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/person": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whole values of a person; who looked and why is written down first */
        get: {
            parameters: {
                query: {
                    /** @description Why; kept for good beside who and when */
                    reason: string;
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In clear */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            person: {
                                [key: string]: string;
                            };
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        /** Keep papers, images, prints of a person; what is not named stays */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PersonData"];
                };
            };
            responses: {
                /** @description Kept */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Member"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what with a member and looked at which of his data, oldest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            entries: {
                                id: string;
                                actor: string;
                                action: string;
                                reason: string | null;
                                fields: string[];
                                /** @description Milliseconds since 1970 */
                                atMs: number;
                            }[];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proofs of what was erased, a signed chain */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            erasures: components["schemas"]["ErasureProof"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For how many days after its last change each kind of data is kept */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In force; null: as long as the member stays */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Retention"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keep a kind of data for so many days */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    kind: "contact" | "identity" | "image" | "print";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        days: number | null;
                        /**
                         * @description Why; kept for good beside who and when
                         * @example guest reports a theft
                         */
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description In force now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Retention"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log in by phone and password */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        tenant: string;
                        phone: string;
                        /** Format: password */
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Logged in */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenedSession"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set the first password with an invitation, and log in */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        invitation: string;
                        /** Format: password */
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Logged in */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenedSession"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Log out */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ended: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am and what I may do */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Me */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where I am logged in */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Open ones, the newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            sessions: components["schemas"]["Session"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of my sessions */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ended: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change my password; all my other sessions end */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: password */
                        old: string;
                        /** Format: password */
                        new: string;
                    };
                };
            };
            responses: {
                /** @description Changed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {boolean} */
                            changed: true;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** What a member may do here once he logs in; never more than you may */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Access"];
                };
            };
            responses: {
                /** @description In force */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Access"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        /** He logs in no more */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How many sessions ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ended: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A code for the first password, good once; it ends the code before */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Shown this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invitation: string;
                            /** @description Milliseconds since 1970 */
                            expiresMs: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Log a member out everywhere */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How many */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ended: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rights, oldest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    site?: string;
                    holder?: string;
                    order?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            grants: components["schemas"]["Grant"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Give a right over points of a site */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewGrant"];
                };
            };
            responses: {
                /** @description What was issued */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            grant: components["schemas"]["Grant"];
                            credentials: components["schemas"]["Credential"][];
                            /** @description Digits, in the first answer alone: they are stored nowhere */
                            secrets?: {
                                credential: string;
                                code: string;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/grants/{grant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A right, and where it works */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    grant: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Grant"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change points or times */
        patch: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    grant: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GrantChange"];
                };
            };
            responses: {
                /** @description As it is now, and tokens made anew */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            grant: components["schemas"]["Grant"];
                            credentials: components["schemas"]["Credential"][];
                            /** @description Digits, in the first answer alone: they are stored nowhere */
                            secrets?: {
                                credential: string;
                                code: string;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/grants/{grant}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be shown for a right */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    grant: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credentials: components["schemas"]["Credential"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Another credential for a right */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    grant: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CredentialWish"];
                };
            };
            responses: {
                /** @description What was issued */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            grant: components["schemas"]["Grant"];
                            credentials: components["schemas"]["Credential"][];
                            /** @description Digits, in the first answer alone: they are stored nowhere */
                            secrets?: {
                                credential: string;
                                code: string;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/grants/{grant}/{act}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend, resume, or revoke for good */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    grant: string;
                    act: "suspend" | "resume" | "revoke";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Grant"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{credential}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A credential, and where it works */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    credential: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Without what is secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Credential"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{credential}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The text and the picture of a signed QR token */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    credential: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Opens by itself: for its holder alone */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Token"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{credential}/reissue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new pair: every code and token of the same grant dies */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    credential: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The new ones */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credentials: components["schemas"]["Credential"][];
                            /** @description Digits, in the first answer alone: they are stored nowhere */
                            secrets?: {
                                credential: string;
                                code: string;
                            }[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{credential}/{act}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend, resume, or revoke for good */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    credential: string;
                    act: "suspend" | "resume" | "revoke";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Credential"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/token-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys that sign QR tokens */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The newest first, two at most */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            keys: components["schemas"]["TokenKey"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/token-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new key; the old one stays until its tokens have ended */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Both */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            keys: components["schemas"]["TokenKey"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys, without what is secret */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            keys: components["schemas"]["Key"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Make a key; it gives no more than yours */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            responses: {
                /** @description With the key itself, this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeKey"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Without what is secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Key"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        /** Revoke a key, at once and for good */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Key"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All tenants */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By id */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tenants: components["schemas"]["Tenant"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Take in a tenant, with a first key for it */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewTenant"];
                };
            };
            responses: {
                /** @description With its first key */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tenant"] & {
                            /** @description In the first answer alone: all that an operator may do at this tenant */
                            key?: string;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sites of the tenant */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            sites: components["schemas"]["Site"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Begin a site */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewSite"];
                };
            };
            responses: {
                /** @description The site */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Site"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{site}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A site, with its ETag */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The site */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Site"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a site, or suspend it */
        patch: {
            parameters: {
                query?: never;
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SiteChange"];
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Site"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/sites/{site}/points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bays, doors, vehicles */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            points: components["schemas"]["Point"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Add a point */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPoint"];
                };
            };
            responses: {
                /** @description The point */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Point"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{site}/points/{point}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A point */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                    point: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The point */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Point"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a point */
        patch: {
            parameters: {
                query?: never;
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                    point: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PointChange"];
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Point"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/sites/{site}/gateways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who serves the site */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Names of gateways */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            gateways: string[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{site}/gateways/{gateway}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let a gateway serve the site; it serves one */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                    gateway: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All that serve it now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            gateways: string[];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{site}/bays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How each bay is now */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All bays, and how old what is known of each is */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            site: string;
                            version: string;
                            bays: components["schemas"]["LiveBay"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{site}/bays/{bay}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of a bay, the newest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                    bay: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page; it may be empty and have a next one */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            history: components["schemas"]["BayMoment"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is offered at the tenant */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    /** @description As the site file of its gateways says */
                    site?: string;
                    offer?: "hourly" | "lease";
                    mine?: "true" | "false";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            listings: components["schemas"]["Listing"][];
                            /** @description The caller has something to lend */
                            mayPublish: boolean;
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Offer a bay */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewListing"];
                };
            };
            responses: {
                /** @description It is live */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Listing"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/listings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A listing, with its ETag */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The listing */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Listing"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        /** Withdraw it; orders stay */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Withdrawn */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Listing"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        /** Change hours or price; orders that run keep theirs */
        patch: {
            parameters: {
                query?: never;
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ListingChange"];
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Listing"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed at the tenant, in an order that every reader sees alike
         * @description Begin with `cursor=now`, read the lists you need, then follow from the cursor that you got. A page that is not full is the end for now: ask again later with its `nextCursor`. `cursor_too_old` (410) means the same from the beginning.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Left out: from the oldest that is kept */
                    cursor?: "now" | string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Changes after the cursor */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            changes: components["schemas"]["Change"][];
                            nextCursor: string;
                            hasMore: boolean;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description That far back nothing is kept */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Places near a point with a bay that is free for all of a time, the nearest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    lat?: number | null;
                    lng?: number | null;
                    withinM?: number;
                    fromMs?: number | null;
                    untilMs?: number | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            places: components["schemas"]["Place"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/sites/{site}/bays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public bays of a place: how each is now, and which are free for all of a time */
        get: {
            parameters: {
                query?: {
                    fromMs?: number | null;
                    untilMs?: number | null;
                };
                header?: never;
                path: {
                    /** @description As the site file of its gateways says */
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All that their lenders made public */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PublicLot"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What lenders offer to anybody at a place */
        get: {
            parameters: {
                query: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    /** @description As the site file of its gateways says */
                    site: string;
                    offer?: "hourly" | "lease";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            listings: components["schemas"]["PublicListing"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The webhooks of the tenant */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhooks"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Hear of changes */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
            responses: {
                /** @description It is told from now on */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookLog"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One message with every attempt */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    message: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The message */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookMessageDetail"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove one with its log */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        /** Change, pause or resume one */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WebhookChanges"];
                };
            };
            responses: {
                /** @description As it stands now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new secret; for a day the old one signs too */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The new secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test message */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is queued */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookMessage"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/messages/{message}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send it once more under its own id */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                    message: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is queued */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookMessage"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quotes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a bay costs, kept for 15 minutes */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        site: string;
                        point: string;
                        fromMs: number;
                        untilMs: number;
                        /** @description Member; left out: who asks */
                        holder?: string;
                        coupon?: string;
                    };
                };
            };
            responses: {
                /** @description The price */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Quote"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quotes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A quote */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it was made */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Quote"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bookings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Book a bay */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBooking"];
                };
            };
            responses: {
                /** @description The order, reserved or paid */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bookings/{id}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pay from the balance */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Paid */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bookings/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Driven off for good */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Settled by the time used */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Orders; for a member his own */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    site?: string;
                    type?: string;
                    state?: string;
                    holder?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            orders: components["schemas"]["Order"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An order */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an order was told, and how its right was used */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrderHistory"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel; what is given back follows the rule of its price */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note: string;
                        /**
                         * @description For reasons of the house, so all is given back; staff alone
                         * @default false
                         */
                        ours?: boolean;
                    };
                };
            };
            responses: {
                /** @description Cancelled */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/dispute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a second look */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note: string;
                    };
                };
            };
            responses: {
                /** @description Disputed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give back all or a part, once; 0 ends a dispute without */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note: string;
                        amountFen?: number;
                    };
                };
            };
            responses: {
                /** @description Settled */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Order"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tariffs/{site}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Terms of a site, with their ETag */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    site: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Version 0: the usual ones */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tariff"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        /** Set the terms of a site; orders that run keep theirs */
        put: {
            parameters: {
                query?: never;
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    site: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TariffTerms"];
                };
            };
            responses: {
                /** @description As they are now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tariff"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/price-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes of prices */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            rules: components["schemas"]["PriceRule"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** A new change of prices */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPriceRule"];
                };
            };
            responses: {
                /** @description It holds for orders from now on */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceRule"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/price-rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A rule, with its ETag */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The rule */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceRule"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        /** Change or end a rule */
        put: {
            parameters: {
                query?: never;
                header: {
                    /** @description ETag of what you saw, or `*` */
                    "if-match": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPriceRule"];
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PriceRule"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                /** @description It has changed since you read it */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                /** @description If-Match is missing */
                428: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Coupons */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            coupons: components["schemas"]["Coupon"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** A new coupon; each member may use it once */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewCoupon"];
                };
            };
            responses: {
                /** @description It may be used */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Coupon"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coupons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Nobody may use it any more */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ended */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Coupon"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreement-texts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Texts to agree on, the newest first */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            texts: components["schemas"]["AgreementText"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /**
         * The next version of the text that tenants and lenders agree on
         * @description What stands in the text as `{{site}}`, `{{bay}}`, `{{tenant}}`, `{{lender}}`, `{{from}}`, `{{until}}`, `{{price}}`, `{{termDays}}`, `{{deposit}}` or `{{overtimePercent}}` is filled in.
         */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        language: "zh-CN" | "en";
                        text: string;
                        depositFen: number;
                        /** @default 80 */
                        lenderPercent?: number;
                        /** @default 150 */
                        overtimePercent?: number;
                    };
                };
            };
            responses: {
                /** @description For all agreements from now on */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgreementText"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agreements; for a member those in which he is on either side */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    lease?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, the oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            agreements: components["schemas"]["Agreement"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Ask for a bay that is offered for lease; it is kept for 15 minutes */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewAgreement"];
                };
            };
            responses: {
                /** @description Nobody has consented yet */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An agreement, word for word */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One side says yes to the text that it was shown; after both the right is issued */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        textSha256: string;
                        /** @enum {string} */
                        side?: "tenant" | "lender";
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{id}/refusal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say no; nothing is ever issued for it */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note?: string;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{id}/withdrawal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take it back before it is agreed on and paid */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note?: string;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leases; for a member those that he has and those that he lends */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, the oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            leases: components["schemas"]["Lease"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A lease */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Lease"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pay from the balance what both have agreed on, within 15 minutes */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Lease"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/extension": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** On to a later end at the same price, where nobody else has the bay */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        untilMs: number;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Lease"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it now; what was not used is given back */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        note?: string;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Lease"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/renewal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask both to agree on another term, at the price of today */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Left out: one whole term */
                        untilMs?: number;
                        textVersion?: number;
                    };
                };
            };
            responses: {
                /** @description Nobody has consented yet */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Agreement"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Balance */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Balance"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{account}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Statement */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                    account: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            lines: components["schemas"]["StatementLine"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{member}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prepaid balance of a member */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    member: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Balance"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{member}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Statement of a member */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    member: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            lines: components["schemas"]["StatementLine"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries in the order of their chain */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                    account?: string;
                    order?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Sealed ones, seconds behind */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            entries: components["schemas"]["LedgerEntry"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entry */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Never changes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LedgerEntry"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Money set aside */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                    account?: string;
                    state?: "open" | "captured" | "released" | "expired";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description By key */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            holds: components["schemas"]["LedgerHold"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries/{key}/reversals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refund a session: a reversing entry, once */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Reversal"];
                };
            };
            responses: {
                /** @description The reversing entry */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            key: string;
                            amountFen: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries/{key}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an entry back and write it as it should be */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Correction"];
                };
            };
            responses: {
                /** @description The reversing entry */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            key: string;
                            amountFen: number;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/chain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Head of the chain of entries */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Note it elsewhere: later it proves that nothing was changed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            no: number;
                            hash: string;
                            unsealed: number;
                            /** @description Milliseconds since 1970 */
                            unsealedSinceMs: number | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/chain/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Walk a part of the chain */
        get: {
            parameters: {
                query?: {
                    no?: number | null;
                    hash?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description From the noted head on; go on from what it answers until it stands still */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            kind: "whole" | "broken";
                            no: number;
                            hash: string | null;
                            key: string | null;
                            /** @enum {string|null} */
                            why: "missing" | "changed" | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/callbacks/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Callback of a provider: signed, without a key */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The signature is good: we fetch what it is about */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ok: boolean;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                404: components["responses"]["Refused404"];
                413: components["responses"]["Refused413"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{member}/recharges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Recharge a prepaid account */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    member: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        provider: string;
                        /** @description Whole fen */
                        amountFen: number;
                    };
                };
            };
            responses: {
                /** @description Its `payLink` follows within seconds */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PaymentStarted"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{member}/deposits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a deposit taken or set aside */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    member: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        provider: string;
                        /** @description Whole fen */
                        amountFen: number;
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description Set aside where the provider can */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PaymentStarted"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/endings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a deposit: keep a part, the rest back */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        keepFen: number;
                        /**
                         * @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue`
                         * @default house:revenue
                         */
                        account?: string;
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description What is asked of the provider */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PaymentStarted"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a payer his money back */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Whole fen */
                        amountFen: number;
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description Out of reach of the payer until it is done */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PaymentStarted"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One payment */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As the provider showed it last */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Payment"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments, refunds and payouts */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                    account?: string;
                    act?: "authorize" | "capture" | "release" | "charge" | "refund" | "pay_out";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            payments: components["schemas"]["Payment"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{provider}/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Report of a day */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                    /** @description Day of the provider, in China Standard Time */
                    day: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As the last run found it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReconciliationReport"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Hold a closed day against our books */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                    /** @description Day of the provider, in China Standard Time */
                    day: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done again it moves only what changed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReconciliationReport"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{provider}/{day}/settlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what a difference was */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    provider: string;
                    /** @description Day of the provider, in China Standard Time */
                    day: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        subject: string;
                        /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                        account: string;
                        reason: string;
                    };
                };
            };
            responses: {
                /** @description It waits no more */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            settled: string;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Days of providers */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Latest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            reconciliations: components["schemas"]["Reconciliation"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payout runs, with what blocked them */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Latest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            runs: components["schemas"]["PayoutRun"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** Pay lenders what they have, once a day */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        provider: string;
                        /**
                         * Format: date
                         * @description Day of the provider, in China Standard Time
                         */
                        day: string;
                    };
                };
            };
            responses: {
                /** @description Refused (`books_differ`) while the books do not add up */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Payouts"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What does not add up, and who was told */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Open ones */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            faults: components["schemas"]["MoneyFault"][];
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bath/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Codes; for a member his own */
        get: {
            parameters: {
                query?: {
                    /** @description `nextCursor` of the page before; says nothing to anybody else */
                    cursor?: string;
                    limit?: number;
                    site?: string;
                    holder?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, the oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            codes: components["schemas"]["BathCode"][];
                            nextCursor: string | null;
                        };
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        /** A code for one shower, good for 30 minutes; the one before it dies */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        site: string;
                        /** @description Left out: who asks */
                        holder?: string;
                    };
                };
            };
            responses: {
                /** @description With its digits, this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BathCode"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bath/codes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A code, without its digits */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BathCode"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bath/codes/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a code up that was not keyed in */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BathCode"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bath/codes/{id}/opening": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A stall has let somebody in on it */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        session: string;
                        point: string;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BathCode"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bath/codes/{id}/use": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What that shower cost, the rinse included; once, whatever is resent */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The same key and request again get the same answer, for 72 h */
                    "idempotency-key": string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        session: string;
                        amountFen: number;
                    };
                };
            };
            responses: {
                /** @description As it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BathCode"];
                    };
                };
                400: components["responses"]["Refused400"];
                401: components["responses"]["Refused401"];
                403: components["responses"]["Refused403"];
                404: components["responses"]["Refused404"];
                409: components["responses"]["Refused409"];
                413: components["responses"]["Refused413"];
                415: components["responses"]["Refused415"];
                422: components["responses"]["Refused422"];
                429: components["responses"]["Refused429"];
                503: components["responses"]["Refused503"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Health: {
            ok: boolean;
            database: {
                ok: boolean;
                kind: string;
                why: string | null;
            };
            broker: {
                ok: boolean;
                kind: string;
            };
            ingest: {
                ok: boolean;
            };
            gateways: {
                known: number;
                online: number;
            };
            dropped: {
                [key: string]: number;
            };
        };
        Problem: {
            /** @example urn:latchkey:error:not_found */
            type: string;
            title: string;
            status: number;
            /** @description Stable word of the error catalogue */
            code: string;
            detail?: string;
            instance: string;
            requestId?: string;
            /** @description Each wrong place as a JSON pointer */
            errors?: {
                pointer: string;
                detail: string;
            }[];
        };
        Gateway: {
            id: string;
            online: boolean;
            firmware: string | null;
            /** @description Milliseconds since 1970 */
            seenMs: number | null;
            grants: {
                version: number;
                held: number;
                current: boolean;
            };
            revocations: {
                version: number;
                held: number;
            };
            faults: {
                kind: string;
                /** @description Milliseconds since 1970 */
                raisedWall: number;
                detail: string;
            }[];
            gaps: {
                epoch: string;
                from: number;
                to: number;
                why: string;
            }[];
            /** @description Numbers that two events claim */
            conflicts: number;
        };
        BayState: {
            bay: string;
            arm: string;
            occupancy: string;
            online: boolean;
            saleable: boolean;
            /** @description Milliseconds since 1970 */
            changedWall: number;
        };
        Alarm: {
            alarm: string;
            kind: string;
            state: string;
            bay: string | null;
            collector: string | null;
            count: number;
            contact: string | null;
            person: string | null;
            note: string | null;
            /** @description Milliseconds since 1970 */
            changedWall: number;
        };
        Risk: {
            /** @enum {string} */
            kind: "USED_AFTER_REVOKE";
            epoch: string;
            seq: number;
            grant: string;
            /** @description The credential that was revoked; null: the grant was */
            credential: string | null;
            bay: string | null;
            /** @description Milliseconds since 1970 */
            usedMs: number;
            /** @description Milliseconds since 1970 */
            revokedMs: number;
            clk: string;
        };
        GatewayEvent: {
            /** @description Gateway, epoch and number */
            id: string;
            epoch: string;
            seq: number;
            kind: string;
            boot: string;
            monoMs: number;
            /** @description Milliseconds since 1970 */
            wallMs: number;
            /** @description When it was, of a clock that was lost then and came back */
            correctedMs: number | null;
            clk: string;
            body?: unknown;
            /** @description Milliseconds since 1970 */
            receivedMs: number;
        };
        GatewayGrant: {
            id: string;
            number: string;
            /** @enum {string} */
            kind: "park" | "lease" | "shower" | "stay" | "work" | "staff";
            holder: string;
            holderMask: string;
            credentials: string[];
            points: string[];
            validFrom: number;
            validUntil: number;
            weekly: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /** @enum {string} */
            entries: "one" | "multi";
            /** @enum {string} */
            state: "offered" | "active" | "suspended" | "revoked" | "ended";
            rev: number;
            leaseUntil: number;
        };
        GatewayCard: {
            /** @enum {string} */
            kind: "card" | "code" | "qr";
            id: string;
            holder: string;
            /** @enum {string} */
            state: "active" | "suspended" | "revoked" | "consumed";
            rev: number;
            uid?: string;
        };
        Revocation: {
            id: string;
            /** @description Milliseconds since 1970 */
            revokedMs: number;
            effectiveOn: {
                gateways: number;
                of: number;
            };
            waitingFor: {
                gateway: string;
                online: boolean;
                /** @description Milliseconds since 1970 */
                seenMs: number | null;
            }[];
        };
        Command: {
            id: string;
            gateway: string;
            bay: string;
            by: string;
            ttlMs: number;
            /** @enum {string} */
            state: "sent" | "done" | "failed" | "refused" | "expired" | "offline" | "unknown";
            why: string | null;
            createdWall: number;
            closedWall: number | null;
        };
        SiteConfig: {
            version: number;
            sha256: string | null;
            text: string | null;
            removing: boolean;
            by: string | null;
            /** @description Milliseconds since 1970 */
            createdMs: number | null;
            /** @description The gateway holds what is wanted */
            current: boolean;
            held: {
                version: number;
                sha256: string;
                /** @enum {string} */
                state: "staged" | "trial" | "applied" | "rolled_back" | "refused";
                inForce: string;
                why: string | null;
                problems: string[];
                /** @description Milliseconds since 1970 */
                reportedMs: number;
            } | null;
            versions: {
                version: number;
                sha256: string;
                by: string;
                /** @description Milliseconds since 1970 */
                createdMs: number;
            }[];
        };
        Member: {
            id: string;
            site: string | null;
            roles: ("tenant" | "lender" | "bather" | "host" | "guest" | "locksmith" | "unit" | "guard" | "operator")[];
            /** @enum {string} */
            status: "active" | "frozen" | "erased";
            /** @example 陈** 138****5678 */
            displayMask: string;
            version: number;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            changedMs: number;
            /** @description Milliseconds since 1970 */
            eraseDueMs: number | null;
        };
        MaskedMember: components["schemas"]["Member"] & {
            /**
             * @description What others may see of what is kept
             * @example {
             *       "name": "陈**",
             *       "phone": "138****5678"
             *     }
             */
            person: {
                [key: string]: string;
            };
        };
        NewMember: {
            /** @example 138 0000 5678 */
            phone: string;
            name?: string;
            roles: ("tenant" | "lender" | "bather" | "host" | "guest" | "locksmith" | "unit" | "guard" | "operator")[];
            site?: string | null;
        };
        MemberEdit: {
            /** @example 138 0000 5678 */
            phone?: string;
            name?: string | null;
            roles?: ("tenant" | "lender" | "bather" | "host" | "guest" | "locksmith" | "unit" | "guard" | "operator")[];
            site?: string | null;
        };
        PersonData: {
            idDocument?: {
                /** @enum {string} */
                type: "resident_id" | "residence_permit" | "foreign_permanent" | "passport" | "travel_permit";
                number: string;
            };
            /** @description Where it lies in the media store; never the picture itself */
            idImage?: string;
            /** @description Where it lies in the media store; never the picture itself */
            faceImage?: string;
            /** @description Where it lies in the media store; never the picture itself */
            evidence?: string;
            /** @description Where it lies in the media store; never the picture itself */
            fingerprint?: string;
        };
        ErasureProof: {
            no: number;
            member: string;
            kind: string;
            fields: number;
            rule: string;
            actor: string;
            reason: string | null;
            /** @description Milliseconds since 1970 */
            atMs: number;
            hash: string;
            signature: string;
        };
        Retention: {
            rules: {
                /** @enum {string} */
                kind: "contact" | "identity" | "image" | "print";
                days: number | null;
            }[];
        };
        OpenedSession: {
            id: string;
            /** @description Bearer of this session; shown this once */
            token: string;
            memberId: string;
            /** @description Milliseconds since 1970 */
            endsMs: number;
        };
        Me: {
            id: string;
            tenant: string;
            displayMask: string;
            memberRoles: ("tenant" | "lender" | "bather" | "host" | "guest" | "locksmith" | "unit" | "guard" | "operator")[];
            roles: ("operator" | "site_admin" | "staff" | "auditor" | "member")[];
            sites: string[] | null;
            scopes: string[];
        };
        Session: {
            id: string;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            usedMs: number;
            /** @description Milliseconds since 1970 */
            endsMs: number;
            isCurrent: boolean;
        };
        Access: {
            roles: ("operator" | "site_admin" | "staff" | "auditor" | "member")[];
            /** @description The only sites that he may see; null: all of the tenant */
            sites: string[] | null;
        };
        Grant: {
            id: string;
            site: string;
            holder: string;
            /** @enum {string} */
            kind: "park" | "lease" | "shower" | "stay" | "work" | "staff";
            points: string[];
            /** @description Milliseconds since 1970 */
            fromMs: number;
            /** @description Milliseconds since 1970 */
            untilMs: number;
            weekly: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /** @enum {string} */
            entries: "one" | "multi";
            /** @enum {string} */
            state: "issued" | "suspended" | "revoked" | "consumed" | "ended";
            /** @description Its holder may use nothing at this time */
            frozen: boolean;
            order: string | null;
            credentials: string[];
            effectiveOn: {
                gateways: number;
                of: number;
            };
            waitingFor: {
                gateway: string;
                /** @enum {string} */
                state: "setting" | "set" | "removing" | "unset";
                /** @enum {string} */
                reason: "offline" | "never_seen" | "in_delivery" | "failed_to_set" | "clash";
                /** @description When it last began to speak; null: never */
                seenMs: number | null;
            }[];
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            changedMs: number;
        };
        Credential: {
            id: string;
            site: string;
            holder: string;
            /** @description Null: the holder's own, as a card */
            grant: string | null;
            /** @enum {string} */
            kind: "card" | "qr" | "code" | "key" | "plate" | "fingerprint" | "phone";
            /** @enum {string} */
            state: "active" | "suspended" | "revoked" | "consumed";
            hint: string;
            /** @enum {string|null} */
            assurance: "uid" | "classic" | "mutual_auth" | null;
            /**
             * @description Works at a gateway that is cut off; null: not yet
             * @enum {string|null}
             */
            deliverable: "pre_synced" | "self_contained" | null;
            effectiveOn: {
                gateways: number;
                of: number;
            };
            waitingFor: {
                gateway: string;
                /** @enum {string} */
                state: "setting" | "set" | "removing" | "unset";
                /** @enum {string} */
                reason: "offline" | "never_seen" | "in_delivery" | "failed_to_set" | "clash";
                /** @description When it last began to speak; null: never */
                seenMs: number | null;
            }[];
            replacedBy: string | null;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            changedMs: number;
        };
        NewGrant: {
            /**
             * @description As the site file of its gateways says
             * @example lot-1
             */
            site: string;
            holder: string;
            /**
             * @default park
             * @enum {string}
             */
            kind: "park" | "lease" | "shower" | "stay" | "work" | "staff";
            points: string[];
            /** @description Milliseconds since 1970 */
            fromMs: number;
            /** @description Milliseconds since 1970 */
            untilMs: number;
            /** @default [] */
            weekly: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /**
             * @default multi
             * @enum {string}
             */
            entries: "one" | "multi";
            /** @default [] */
            credentials: components["schemas"]["CredentialWish"][];
        };
        CredentialWish: {
            /** @enum {string} */
            kind: "qr";
            /**
             * @description Which one it opens, where the grant has several
             * @example A-012
             */
            point?: string;
            /**
             * @description Shown with a proof that changes every 30 s, by a secret
             * @default false
             */
            isRotating: boolean;
        } | {
            /** @enum {string} */
            kind: "code";
            /** @enum {string} */
            uses?: "one" | "multi";
        } | {
            /** @enum {string} */
            kind: "key";
        } | {
            /** @enum {string} */
            kind: "card";
            /** @description Hex in the order of the air: 4, 5, 7 or 10 bytes */
            uid: string;
            /**
             * @description How hard the card is to copy; `mutual_auth` has a key of its own
             * @default uid
             * @enum {string}
             */
            assurance: "uid" | "classic" | "mutual_auth";
            /** @description The card's own key; left out: made of the master key (AN10922) */
            secretHex?: string;
            keyVersion?: number;
        } | {
            /** @enum {string} */
            kind: "plate";
            plate: string;
        } | {
            /** @enum {string} */
            kind: "fingerprint";
            reference: string;
        } | {
            /** @enum {string} */
            kind: "phone";
            reference: string;
        };
        GrantChange: {
            points?: string[];
            /** @description Milliseconds since 1970 */
            fromMs?: number;
            /** @description Milliseconds since 1970 */
            untilMs?: number;
            weekly?: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /** @enum {string} */
            entries?: "one" | "multi";
        };
        Token: {
            text: string;
            svg: string;
            /** @description For the holder's phone, where the token rotates */
            secretHex: string | null;
            fromMs: number;
            untilMs: number;
        };
        TokenKey: {
            kid: number;
            publicHex: string;
            createdMs: number;
            /** @description When its last token ends; 0: it has signed none */
            signsUntilMs: number;
            isNewest: boolean;
            /** @description Gateways that have it */
            heldBy: string[];
        };
        MadeKey: components["schemas"]["Key"] & {
            /** @description In the first answer alone: only its hash is kept, so copy it now */
            key?: string;
        };
        Key: {
            id: string;
            name: string;
            scopes: ("platform:read" | "platform:write" | "keys:read" | "keys:write" | "sites:read" | "sites:write" | "gateways:read" | "gateways:write" | "members:read" | "members:write" | "persons:read" | "money:read" | "money:write" | "grants:read" | "grants:write" | "commands:write" | "orders:read" | "orders:write" | "listings:write" | "webhooks:write" | "own:write")[];
            sites: string[] | null;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            expiresMs: number | null;
            /** @description To the minute */
            lastUsedMs: number | null;
            /** @description Milliseconds since 1970 */
            revokedMs: number | null;
        };
        NewKey: {
            /** @description Two live keys may bear one name: the present one and the next */
            name: string;
            scopes: ("platform:read" | "platform:write" | "keys:read" | "keys:write" | "sites:read" | "sites:write" | "gateways:read" | "gateways:write" | "members:read" | "members:write" | "persons:read" | "money:read" | "money:write" | "grants:read" | "grants:write" | "commands:write" | "orders:read" | "orders:write" | "listings:write" | "webhooks:write" | "own:write")[];
            /**
             * @description The only sites that it reaches; null: all of the tenant
             * @default null
             */
            sites: string[] | null;
            /** @default null */
            expiresMs: number | null;
        };
        Tenant: {
            id: string;
            name: string;
            /** @enum {string} */
            state: "active" | "suspended";
            createdMs: number;
        };
        NewTenant: {
            id: string;
            name: string;
        };
        Site: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "public" | "residential" | "bath" | "stay" | "station";
            zone: string;
            address: string;
            latE7: number | null;
            lngE7: number | null;
            /** @enum {string} */
            state: "active" | "suspended";
            /**
             * @description What a car without a booking finds at the barrier
             * @enum {string}
             */
            outsiders: "ordinary" | "refused";
            version: number;
            createdMs: number;
        };
        NewSite: {
            /**
             * @description As the site file of its gateways says
             * @example lot-1
             */
            id: string;
            name: string;
            /** @enum {string} */
            kind: "public" | "residential" | "bath" | "stay" | "station";
            /** @example Asia/Shanghai */
            zone: string;
            /** @default  */
            address: string;
            /** @default null */
            latE7: number | null;
            /** @default null */
            lngE7: number | null;
        };
        SiteChange: {
            name?: string;
            /** @enum {string} */
            kind?: "public" | "residential" | "bath" | "stay" | "station";
            /** @example Asia/Shanghai */
            zone?: string;
            address?: string;
            latE7?: number | null;
            lngE7?: number | null;
            /** @enum {string} */
            state?: "active" | "suspended";
        };
        Point: {
            site: string;
            id: string;
            /** @enum {string} */
            kind: "bay" | "stall" | "room" | "door" | "barrier" | "vehicle";
            parent: string | null;
            gateway: string | null;
            guidance: string;
            capacity: number;
            /** @description Member; null: the lot */
            owner: string | null;
            /** @description Under which a signed QR token can name it, as in the site file */
            number: number | null;
            /** @enum {string} */
            saleState: "open" | "withdrawn" | "suspended";
            version: number;
        };
        NewPoint: {
            /** @example A-012 */
            id: string;
            /** @enum {string} */
            kind: "bay" | "stall" | "room" | "door" | "barrier" | "vehicle";
            /**
             * @description Of a vehicle: the bay it stands in
             * @default null
             * @example A-012
             */
            parent: string | null;
            /** @default null */
            gateway: string | null;
            /** @default  */
            guidance: string;
            /** @default 1 */
            capacity: number;
            /**
             * @description Member; null: the lot
             * @default null
             */
            owner: string | null;
            /**
             * @description Under which a signed QR token can name it, as in the site file
             * @default null
             */
            number: number | null;
        };
        PointChange: {
            /**
             * @description Of a vehicle: the bay it stands in
             * @example A-012
             */
            parent?: string | null;
            gateway?: string | null;
            guidance?: string;
            capacity?: number;
            /** @description Member; null: the lot */
            owner?: string | null;
            /** @description Under which a signed QR token can name it, as in the site file */
            number?: number | null;
            /** @enum {string} */
            saleState?: "open" | "withdrawn" | "suspended";
        };
        LiveBay: {
            bay: string;
            gateway: string;
            arm: string;
            occupancy: string;
            online: boolean;
            saleable: boolean;
            changedMs: number;
            /** @description The gateway is not heard of: it may be otherwise */
            stale: boolean;
            /** @description Since the gateway was heard of last */
            ageMs: number;
        };
        BayMoment: {
            id: string;
            arm: string;
            occupancy: string;
            online: boolean;
            saleable: boolean;
            fromMs: number;
            clk: string;
        };
        Listing: {
            id: string;
            site: string;
            point: string;
            /** @enum {string} */
            offer: "hourly" | "lease";
            openings: components["schemas"]["Openings"];
            /** @description Of an hour, or of a term */
            priceFen: number;
            minStayMs: number | null;
            maxStayMs: number | null;
            /** @description Of a lease */
            termDays: number | null;
            /** @description Seen by anybody, without a key */
            isPublic: boolean;
            version: number;
            changedMs: number;
            lender: string | null;
            ownershipRef: string;
            /** @enum {string} */
            state: "live" | "withdrawn";
            createdMs: number;
        };
        Openings: {
            /** @default [] */
            single: {
                fromMs: number;
                untilMs: number;
            }[];
            /** @default [] */
            weekly: components["schemas"]["WeeklyWindow"][];
        };
        WeeklyWindow: {
            /** @description 1 is Monday */
            days: (1 | 2 | 3 | 4 | 5 | 6 | 7)[];
            /** @description Since local midnight */
            fromMinute: number;
            /** @description Not after `fromMinute`: next day */
            toMinute: number;
        };
        NewListing: {
            /**
             * @description As the site file of its gateways says
             * @example lot-1
             */
            site: string;
            /** @example A-012 */
            point: string;
            /**
             * @default hourly
             * @enum {string}
             */
            offer: "hourly" | "lease";
            lender?: string;
            ownershipRef: string;
            openings: components["schemas"]["Openings"];
            /** @description Of an hour, or of a term */
            priceFen: number;
            /** @default null */
            minStayMs: number | null;
            /** @default null */
            maxStayMs: number | null;
            /**
             * @description Of a lease
             * @default null
             */
            termDays: number | null;
            /**
             * @description Seen by anybody, without a key
             * @default false
             */
            isPublic: boolean;
        };
        ListingChange: {
            openings?: components["schemas"]["Openings"];
            /** @description Of an hour, or of a term */
            priceFen?: number;
            minStayMs?: number | null;
            maxStayMs?: number | null;
            /** @description Of a lease */
            termDays?: number | null;
            /** @description Seen by anybody, without a key */
            isPublic?: boolean;
        };
        Change: {
            id: string;
            /** @description Counts up; with a key for some sites there are holes */
            no: number;
            site: string | null;
            /** @example bay.changed */
            type: string;
            subject: string;
            subjectId: string;
            /** @description It is gone: this is its tombstone */
            deleted: boolean;
            data: {
                [key: string]: unknown;
            };
            atMs: number;
        };
        Place: {
            id: string;
            name: string;
            kind: string;
            address: string;
            zone: string;
            latE7: number | null;
            lngE7: number | null;
            distanceM: number;
            freeBays: number;
            /** @description Of an hour, of the cheapest free bay */
            priceFen: number;
            stale: boolean;
            ageMs: number;
        };
        PublicLot: {
            id: string;
            name: string;
            zone: string;
            /** @description Equal versions are equal tables */
            version: string;
            bays: {
                bay: string;
                guidance: string;
                listing: string;
                priceFen: number;
                free: boolean;
                live: {
                    arm: string;
                    occupancy: string;
                    online: boolean;
                    saleable: boolean;
                    changedMs: number;
                    /** @description The gateway is not heard of: it may be otherwise */
                    stale: boolean;
                    /** @description Since the gateway was heard of last */
                    ageMs: number;
                } | null;
            }[];
        };
        PublicListing: {
            id: string;
            site: string;
            point: string;
            /** @enum {string} */
            offer: "hourly" | "lease";
            openings: components["schemas"]["Openings"];
            /** @description Of an hour, or of a term */
            priceFen: number;
            minStayMs: number | null;
            maxStayMs: number | null;
            /** @description Of a lease */
            termDays: number | null;
            /** @description Seen by anybody, without a key */
            isPublic: boolean;
            version: number;
            changedMs: number;
        };
        Webhooks: {
            webhooks: components["schemas"]["Webhook"][];
        };
        Webhook: {
            id: string;
            url: string;
            types: string[];
            site: string | null;
            /** @enum {string} */
            state: "active" | "paused" | "disabled";
            why: string | null;
            failingSinceMs: number | null;
            createdMs: number;
        };
        WebhookLog: {
            messages: components["schemas"]["WebhookMessage"][];
            nextCursor: string | null;
        };
        WebhookMessage: {
            id: string;
            type: string;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
            attempts: number;
            nextMs: number;
            createdMs: number;
            doneMs: number | null;
        };
        WebhookMessageDetail: components["schemas"]["WebhookMessage"] & {
            body: string;
            tries: components["schemas"]["WebhookAttempt"][];
        };
        WebhookAttempt: {
            no: number;
            atMs: number;
            status: number | null;
            tookMs: number;
            why: string | null;
        };
        WebhookWithSecret: components["schemas"]["Webhook"] & {
            /** @description Told in the first answer alone */
            secret?: string;
        };
        NewWebhook: {
            url: string;
            /** @default [] */
            types: string[];
            /** @default null */
            site: string | null;
        };
        WebhookChanges: {
            url?: string;
            types?: string[];
            /** @enum {string} */
            state?: "active" | "paused";
        };
        Quote: {
            id: string;
            site: string;
            point: string;
            fromMs: number;
            untilMs: number;
            amountFen: number;
            /** @description Of the full price, by all rules */
            percent: number;
            /** @description So long the price is kept */
            validUntilMs: number;
            used: boolean;
        };
        Order: {
            id: string;
            type: string;
            state: string;
            site: string;
            holder: string;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            changedMs: number;
            version: number;
            booking: components["schemas"]["BookingDetails"];
        };
        /** @description Of an order of type `booking` */
        BookingDetails: {
            point: string;
            /** @description Masked for all but its owner */
            plate: string;
            /** @description Milliseconds since 1970 */
            fromMs: number;
            /** @description Milliseconds since 1970 */
            untilMs: number;
            /** @enum {string} */
            entries: "one" | "multi";
            /** @description Price of the whole time, held once it is paid */
            amountFen: number;
            usedMs: number;
            /** @description Whole fen */
            chargedFen: number;
            /** @description Whole fen */
            owedFen: number;
            /** @description Whole fen */
            refundedFen: number;
            note: string | null;
            price: {
                /** @description Whole fen */
                fenPerHour: number;
                stepMinutes: number;
                percent: number;
                tariffVersion: number;
                rules: {
                    id: string;
                    version: number;
                }[];
                coupon: string | null;
                /** @enum {string} */
                rounding: "down";
            };
        } | null;
        NewBooking: {
            site: string;
            point: string;
            fromMs: number;
            untilMs: number;
            /** @description Member; left out: who asks */
            holder?: string;
            coupon?: string;
            /** @example 粤B12345 */
            plate: string;
            /**
             * @default multi
             * @enum {string}
             */
            entries: "one" | "multi";
            /** @description Its price holds; for the same bay and time */
            quote?: string;
            /**
             * @description From the balance at once, or within 15 minutes; then the bay is free again
             * @default balance
             * @enum {string}
             */
            pay: "balance" | "later";
        };
        OrderHistory: {
            inputs: {
                id: string;
                kind: string;
                atMs: number;
            }[];
            uses: {
                gateway: string;
                session: string;
                point: string;
                phase: string;
                closeCause: string | null;
                durationMs: number;
                atMs: number | null;
            }[];
        };
        Tariff: {
            site: string;
            version: number;
            terms: components["schemas"]["TariffTerms"];
        };
        TariffTerms: {
            stepMinutes: number;
            overtimePercent: number;
            lenderPercent: number;
            /** @description Given back to who cancels so early; the best that fits holds */
            refunds: {
                aheadMs: number;
                percent: number;
            }[];
        };
        PriceRule: {
            name: string;
            /**
             * @description Null: all sites
             * @default null
             */
            site: string | null;
            /** @default [] */
            points: string[];
            /** @default [] */
            roles: string[];
            /**
             * @description Of the start, in the zone of the site; empty: always
             * @default []
             */
            weekly: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /** @default null */
            fromMs: number | null;
            /** @default null */
            untilMs: number | null;
            /** @description Added to 100: -20 is a fifth less */
            percent: number;
            /**
             * @default active
             * @enum {string}
             */
            state: "active" | "ended";
            id: string;
            version: number;
        };
        NewPriceRule: {
            name: string;
            /**
             * @description Null: all sites
             * @default null
             */
            site: string | null;
            /** @default [] */
            points: string[];
            /** @default [] */
            roles: string[];
            /**
             * @description Of the start, in the zone of the site; empty: always
             * @default []
             */
            weekly: {
                days: number[];
                fromMinute: number;
                toMinute: number;
            }[];
            /** @default null */
            fromMs: number | null;
            /** @default null */
            untilMs: number | null;
            /** @description Added to 100: -20 is a fifth less */
            percent: number;
            /**
             * @default active
             * @enum {string}
             */
            state: "active" | "ended";
        };
        Coupon: {
            id: string;
            code: string;
            site: string | null;
            percent: number | null;
            offFen: number | null;
            fromMs: number;
            untilMs: number;
            maxUses: number;
            uses: number;
            /** @enum {string} */
            state: "active" | "ended";
        };
        NewCoupon: {
            code: string;
            /** @default null */
            site: string | null;
            percent?: number;
            offFen?: number;
            fromMs: number;
            untilMs: number;
            maxUses: number;
        };
        AgreementText: {
            version: number;
            /** @enum {string} */
            language: "zh-CN" | "en";
            text: string;
            /** @description Whole fen */
            depositFen: number;
            lenderPercent: number;
            overtimePercent: number;
            /** @description Milliseconds since 1970 */
            createdMs: number;
        };
        Agreement: {
            id: string;
            lease: string;
            site: string;
            /** @description The member who takes the bay */
            tenant: string;
            /** @description Null: the lot itself */
            lender: string | null;
            /** @enum {string} */
            state: "proposed" | "agreed" | "refused" | "lapsed" | "withdrawn";
            textVersion: number;
            /** @description As both are shown it */
            text: string;
            /** @description Of `text` in UTF-8: what a consent repeats */
            textSha256: string;
            consents: {
                tenant: {
                    by: string;
                    /** @description Milliseconds since 1970 */
                    atMs: number;
                } | null;
                lender: {
                    by: string;
                    /** @description Milliseconds since 1970 */
                    atMs: number;
                } | null;
            };
            /** @description Milliseconds since 1970 */
            proposedMs: number;
        };
        NewAgreement: {
            site: string;
            point: string;
            fromMs: number;
            untilMs: number;
            /** @description The tenant; left out: who asks */
            holder?: string;
            /** @description Left out: the newest */
            textVersion?: number;
        };
        Lease: {
            id: string;
            site: string;
            point: string;
            tenant: string;
            lender: string | null;
            state: string;
            /** @description Milliseconds since 1970 */
            fromMs: number;
            /** @description Milliseconds since 1970 */
            untilMs: number;
            /** @description Whole fen */
            depositFen: number;
            terms: {
                /** @description Milliseconds since 1970 */
                fromMs: number;
                /** @description Milliseconds since 1970 */
                untilMs: number;
                /** @description Of one whole term */
                priceFen: number;
                termMs: number;
                /** @description Of this time, held until the lease ends */
                amountFen: number;
            }[];
            /** @description What both are asked to agree on, or have not paid yet */
            offer: {
                agreement: string;
                /** @description Milliseconds since 1970 */
                untilMs: number;
                /** @description Milliseconds since 1970 */
                lapsesMs: number;
            } | null;
            overtimeMs: number;
            /** @description Whole fen */
            chargedFen: number;
            /** @description Whole fen */
            owedFen: number;
            note: string | null;
        };
        Balance: {
            account: string;
            postedFen: number;
            heldFen: number;
            /** @description What may be spent or held */
            availableFen: number;
        };
        StatementLine: {
            no: number;
            key: string;
            kind: string;
            of: string | null;
            order: string | null;
            reason: string | null;
            /** @description Milliseconds since 1970 */
            atMs: number;
            /** @description Above 0: got; below 0: gave */
            amountFen: number;
        };
        LedgerEntry: {
            /** @description Place in the chain of the tenant; 0: sealed within seconds */
            no: number;
            key: string;
            /** @enum {string} */
            kind: "hold" | "capture" | "release" | "expire" | "transfer" | "reverse";
            of: string | null;
            order: string | null;
            reason: string | null;
            /** @description Milliseconds since 1970 */
            atMs: number;
            hash: string;
            /** @description Sum to 0 */
            lines: {
                account: string;
                amountFen: number;
            }[];
        };
        LedgerHold: {
            key: string;
            account: string;
            amountFen: number;
            /** @enum {string} */
            state: "open" | "captured" | "released" | "expired";
            order: string | null;
            /** @description Milliseconds since 1970 */
            atMs: number;
            /** @description Milliseconds since 1970 */
            expiresMs: number | null;
        };
        Reversal: {
            /** @description Whole fen */
            amountFen?: number;
            reason: string;
        };
        Correction: {
            reason: string;
            /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
            from: string;
            to: {
                /** @description `member:ID`, `lender:ID`, `deposit:ID` or one of the house: `house:revenue` */
                account: string;
                /** @description Whole fen */
                amountFen: number;
            }[];
        };
        PaymentStarted: {
            payment: string;
        };
        Payment: {
            id: string;
            provider: string;
            /** @enum {string} */
            act: "authorize" | "capture" | "release" | "charge" | "refund" | "pay_out";
            account: string;
            amountFen: number;
            of: string | null;
            /**
             * @description `unknown`: asked, and nobody knows before it was fetched
             * @enum {string}
             */
            state: "created" | "unknown" | "pending" | "succeeded" | "failed" | "disputed";
            /** @description What the payer opens or scans */
            payLink: string | null;
            why: string | null;
            reason: string | null;
            order: string | null;
            bookDay: string | null;
            settledDay: string | null;
            /** @description Milliseconds since 1970 */
            expiresMs: number | null;
            /** @description Milliseconds since 1970 */
            createdMs: number;
            /** @description Milliseconds since 1970 */
            changedMs: number;
        };
        ReconciliationReport: components["schemas"]["Reconciliation"] & {
            differences: components["schemas"]["Difference"][];
        };
        Difference: {
            subject: string;
            /** @enum {string} */
            kind: "not_ours" | "not_theirs" | "other_amount" | "twice" | "other_currency";
            oursFen: number;
            theirsFen: number;
            suspenseFen: number;
            /** @enum {string} */
            state: "open" | "gone" | "settled";
            reason: string | null;
        };
        Reconciliation: {
            provider: string;
            day: string;
            /** @enum {string} */
            state: "balanced" | "differs";
            oursFen: number;
            theirsFen: number;
            matched: number;
            by: string;
            /** @description Milliseconds since 1970 */
            atMs: number;
        };
        Payouts: {
            day: string;
            payouts: {
                payment: string;
                lender: string;
                amountFen: number;
            }[];
        };
        PayoutRun: {
            day: string;
            /** @enum {string} */
            state: "done" | "blocked";
            findings: components["schemas"]["MoneyFinding"][];
            by: string;
            /** @description Milliseconds since 1970 */
            atMs: number;
        };
        MoneyFinding: {
            /** @enum {string} */
            kind: "ledger_imbalance" | "chain_broken" | "difference_open" | "day_not_reconciled" | "payment_disputed" | "payout_failed";
            subject: string;
            detail: string;
        };
        MoneyFault: components["schemas"]["MoneyFinding"] & {
            /** @description Milliseconds since 1970 */
            sinceMs: number;
            told: {
                who: string;
                how: string;
                /** @description Milliseconds since 1970 */
                atMs: number;
            }[];
        };
        BathCode: {
            id: string;
            site: string;
            holder: string;
            /** @enum {string} */
            state: "live" | "running" | "settled" | "expired" | "replaced" | "cancelled";
            /** @description Whole fen */
            heldFen: number;
            /** @description Milliseconds since 1970 */
            expiresMs: number;
            /** @description Null until it is told */
            usedFen: number | null;
            /** @description Used beyond what there was */
            owedFen: number;
            point: string | null;
            /**
             * @description `pre_synced`: the site opens on it, cut off or not. Null: not yet
             * @enum {string|null}
             */
            deliverable: "pre_synced" | "self_contained" | null;
            /**
             * @description Shown in the first answer alone
             * @example 1905 7344
             */
            code?: string;
        };
    };
    responses: {
        /** @description The request cannot be read, or Idempotency-Key is missing */
        Refused400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No key, or a wrong one */
        Refused401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not with this key */
        Refused403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such thing at this tenant */
        Refused404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It clashes with something */
        Refused409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large */
        Refused413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is of another content type */
        Refused415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is not valid */
        Refused422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests: see Retry-After */
        Refused429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The database is away */
        Refused503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
