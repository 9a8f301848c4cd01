// Made by `npm run api` from /api/v1/openapi.json; the tests say when it is not up to date.
export interface paths {
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The hub and its record */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description of the program
                             * @default
                             */
                            version: string;
                            /**
                             * @description starting, leading, following, degraded, stopping
                             * @default
                             */
                            state: string;
                            /**
                             * @description why it does not lead
                             * @default
                             */
                            detail: string;
                            /**
                             * @description its name, which begins every attempt's key
                             * @default
                             */
                            hub: string;
                            /**
                             * @description where the record is kept
                             * @default
                             */
                            store: string;
                            /**
                             * @description of the last fact
                             * @default
                             */
                            world_time: string;
                            /**
                             * @description of the world, if asked for with ?digest=1: what dure replay must reach
                             * @default
                             */
                            world_sha256: string;
                            /**
                             * @description rises with every hub that leads
                             * @default 0
                             */
                            epoch: number;
                            /**
                             * @description of the record
                             * @default 0
                             */
                            entries: number;
                            /**
                             * @description of the world
                             * @default 0
                             */
                            events: number;
                            /**
                             * @description so far
                             * @default 0
                             */
                            jobs: number;
                            /**
                             * @description now
                             * @default 0
                             */
                            waiting_jobs: number;
                            /**
                             * @description now
                             * @default 0
                             */
                            running_jobs: number;
                            /**
                             * @description to be worked on
                             * @default 0
                             */
                            requests_waiting: number;
                        };
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
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Jobs, the newest first */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description the newest first
                             * @default []
                             */
                            jobs: {
                                /**
                                 * @description its number
                                 * @default 0
                                 */
                                job: number;
                                /**
                                 * @description for people
                                 * @default
                                 */
                                name: string;
                                /**
                                 * @description who is charged
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description account that is charged
                                 * @default
                                 */
                                project: string;
                                /**
                                 * @description who asked for it
                                 * @default
                                 */
                                user: string;
                                /**
                                 * @description waiting, held, starting, running, stopping, done, failed, timed_out, cancelled, lost or refused
                                 * @default
                                 */
                                state: string;
                                /**
                                 * @description why it waits: docs/formats/reasons.md
                                 * @default
                                 */
                                reason: string;
                                /**
                                 * @description how it ended, for people
                                 * @default
                                 */
                                detail: string;
                                /**
                                 * @description where it runs or ran
                                 * @default
                                 */
                                site: string;
                                /**
                                 * @description of that site
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description where it runs: node(GPUs)
                                 * @default
                                 */
                                nodes: string;
                                /**
                                 * @description of its attempt
                                 * @default
                                 */
                                key: string;
                                /**
                                 * @description its number at the site
                                 * @default
                                 */
                                remote: string;
                                /**
                                 * @description asked for
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description cores of a job without GPUs
                                 * @default 0
                                 */
                                cpus: number;
                                /**
                                 * @description held while it runs
                                 * @default 0
                                 */
                                held_gpus: number;
                                /**
                                 * @description so far
                                 * @default 0
                                 */
                                attempts: number;
                                /**
                                 * @description once it is over
                                 * @default 0
                                 */
                                exit_code: number;
                                /**
                                 * @description that ended it; 0: none
                                 * @default 0
                                 */
                                signal: number;
                                /**
                                 * @description of an array
                                 * @default 0
                                 */
                                array_index: number;
                                /**
                                 * @description 0: none
                                 * @default 0
                                 */
                                time_limit_s: number;
                                /**
                                 * @description among its member's jobs
                                 * @default 0
                                 */
                                priority: number;
                                /**
                                 * @description who is served before whom
                                 * @default
                                 */
                                tier: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                submitted: string;
                                /**
                                 * @description when it was last started
                                 * @default
                                 */
                                started: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                ended: string;
                                /**
                                 * @description of a service whose health check answers
                                 * @default
                                 */
                                url: string;
                                /**
                                 * @description runs until it is cancelled
                                 * @default false
                                 */
                                service: boolean;
                                /**
                                 * @description it did not come through the hub
                                 * @default false
                                 */
                                foreign: boolean;
                            }[];
                            /**
                             * @description go on with ?before=NEXT; 0: there are no more
                             * @default 0
                             */
                            next: number;
                        };
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
    "/api/v1/jobs/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A job */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description its number
                             * @default 0
                             */
                            job: number;
                            /**
                             * @description for people
                             * @default
                             */
                            name: string;
                            /**
                             * @description who is charged
                             * @default
                             */
                            member: string;
                            /**
                             * @description account that is charged
                             * @default
                             */
                            project: string;
                            /**
                             * @description who asked for it
                             * @default
                             */
                            user: string;
                            /**
                             * @description waiting, held, starting, running, stopping, done, failed, timed_out, cancelled, lost or refused
                             * @default
                             */
                            state: string;
                            /**
                             * @description why it waits: docs/formats/reasons.md
                             * @default
                             */
                            reason: string;
                            /**
                             * @description how it ended, for people
                             * @default
                             */
                            detail: string;
                            /**
                             * @description where it runs or ran
                             * @default
                             */
                            site: string;
                            /**
                             * @description of that site
                             * @default
                             */
                            pool: string;
                            /**
                             * @description where it runs: node(GPUs)
                             * @default
                             */
                            nodes: string;
                            /**
                             * @description of its attempt
                             * @default
                             */
                            key: string;
                            /**
                             * @description its number at the site
                             * @default
                             */
                            remote: string;
                            /**
                             * @description asked for
                             * @default 0
                             */
                            gpus: number;
                            /**
                             * @description cores of a job without GPUs
                             * @default 0
                             */
                            cpus: number;
                            /**
                             * @description held while it runs
                             * @default 0
                             */
                            held_gpus: number;
                            /**
                             * @description so far
                             * @default 0
                             */
                            attempts: number;
                            /**
                             * @description once it is over
                             * @default 0
                             */
                            exit_code: number;
                            /**
                             * @description that ended it; 0: none
                             * @default 0
                             */
                            signal: number;
                            /**
                             * @description of an array
                             * @default 0
                             */
                            array_index: number;
                            /**
                             * @description 0: none
                             * @default 0
                             */
                            time_limit_s: number;
                            /**
                             * @description among its member's jobs
                             * @default 0
                             */
                            priority: number;
                            /**
                             * @description who is served before whom
                             * @default
                             */
                            tier: string;
                            /**
                             * @description when
                             * @default
                             */
                            submitted: string;
                            /**
                             * @description when it was last started
                             * @default
                             */
                            started: string;
                            /**
                             * @description when
                             * @default
                             */
                            ended: string;
                            /**
                             * @description of a service whose health check answers
                             * @default
                             */
                            url: string;
                            /**
                             * @description runs until it is cancelled
                             * @default false
                             */
                            service: boolean;
                            /**
                             * @description it did not come through the hub
                             * @default false
                             */
                            foreign: boolean;
                        };
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
    "/api/v1/jobs/{job}/spec": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What it asked for, until it is over */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description for people; empty: the program's
                             * @default
                             */
                            name: string;
                            /**
                             * @description who is charged; empty: the caller's own
                             * @default
                             */
                            member: string;
                            /**
                             * @description of the member, that is charged; empty: none
                             * @default
                             */
                            project: string;
                            /**
                             * @description the kind of work, if the alliance knows it
                             * @default
                             */
                            work: string;
                            /**
                             * @description program and arguments; or script
                             * @default []
                             */
                            command: string[];
                            /**
                             * @description with its #! line; or command
                             * @default
                             */
                            script: string;
                            /**
                             * @description NAME=value each
                             * @default []
                             */
                            environment: string[];
                            /**
                             * @description where it starts at its site; empty: one of its own
                             * @default
                             */
                            folder: string;
                            /**
                             * @description how many; 0: none, it needs cores only
                             * @default 0
                             */
                            gpus: number;
                            /**
                             * @description cores: of a job without GPUs in all, else on each node; 0: 1
                             * @default 0
                             */
                            cpus: number;
                            /**
                             * @description on each node; 0: as the site sees fit
                             * @default 0
                             */
                            memory_gb: number;
                            /**
                             * @description it is ended after so long
                             * @default 3600
                             */
                            time_limit_s: number;
                            /**
                             * @description between SIGTERM and SIGKILL
                             * @default 30
                             */
                            grace_s: number;
                            /**
                             * @description how close together its GPUs must be. any: no matter; site: within one site; hall: within one hall; nvlink_domain: within one NVLink domain where it fits in one
                             * @enum {string|null}
                             */
                            topology?: "any" | "site" | "hall" | "nvlink_domain" | null;
                            /**
                             * @description who is served before whom. scavenger: takes what is left, stopped for anybody of its member; standard: what is queued; production: services and people at work; critical: radio cells, emergencies
                             * @enum {string|null}
                             */
                            tier?: "scavenger" | "standard" | "production" | "critical" | null;
                            /** @description it may be stopped and started again; it saves what it can at SIGTERM */
                            preemptible?: boolean | null;
                            /**
                             * @description if preemptible: it saves what it did so often; 0: never
                             * @default 0
                             */
                            checkpoint_s: number;
                            /**
                             * @description if preemptible: left alone for so long after each start
                             * @default 0
                             */
                            min_run_s: number;
                            /**
                             * @description if preemptible: lost to start again
                             * @default 0
                             */
                            restart_s: number;
                            /**
                             * @description of an elastic gang; 0: as gpus
                             * @default 0
                             */
                            least_gpus: number;
                            /**
                             * @description of an elastic gang; 0: as gpus
                             * @default 0
                             */
                            most_gpus: number;
                            /**
                             * @description so many jobs of it; DURE_ARRAY_INDEX tells which
                             * @default 1
                             */
                            array: number;
                            /**
                             * @description jobs that must end well before it starts
                             * @default []
                             */
                            after: number[];
                            /**
                             * @description only there; empty: wherever it may
                             * @default []
                             */
                            sites: string[];
                            /**
                             * @description only on these classes; empty: any
                             * @default []
                             */
                            hardware: string[];
                            /**
                             * @description of what it reads; empty: the work's
                             * @default
                             */
                            data_class: string;
                            /**
                             * @description data sets and artifacts that it reads
                             * @default []
                             */
                            inputs: string[];
                            /**
                             * @description artifacts that it makes
                             * @default []
                             */
                            outputs: string[];
                            /**
                             * @description among its member's jobs, the higher first
                             * @default 0
                             */
                            priority: number;
                            /**
                             * @description started again so often if it fails
                             * @default 0
                             */
                            retries: number;
                            /**
                             * @description once on each of its nodes, else on the first
                             * @default false
                             */
                            each_node: boolean;
                            /**
                             * @description it runs until it is cancelled, and is restarted
                             * @default false
                             */
                            service: boolean;
                            /** @description of a service: how it is looked at */
                            health?: {
                                /**
                                 * @description GET it: 200 to 299 is healthy
                                 * @default /healthz
                                 */
                                path: string;
                                /**
                                 * @description on its node; 0: the one in DURE_PORT
                                 * @default 0
                                 */
                                port: number;
                                /**
                                 * @description between two looks
                                 * @default 10
                                 */
                                every_s: number;
                                /**
                                 * @description in a row, then it is restarted
                                 * @default 3
                                 */
                                failures: number;
                                /**
                                 * @description it has so long to come up
                                 * @default 60
                                 */
                                start_s: number;
                            } | null;
                        };
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
    "/api/v1/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description When the jobs of the queue will start, P50 and P90, and the next hours; with ?job only that job's (job, at, state, forecast) */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description when this was worked out
                             * @default
                             */
                            at: string;
                            /**
                             * @description in the queue
                             * @default 0
                             */
                            waiting_jobs: number;
                            /**
                             * @description of them, the oldest: those that were looked at
                             * @default 0
                             */
                            asked_jobs: number;
                            /**
                             * @description copies of the world that were run ahead
                             * @default 0
                             */
                            samples: number;
                            /**
                             * @description go on with ?from=NEXT; 0: there are no more
                             * @default 0
                             */
                            next: number;
                            /**
                             * @description some samples were stopped before the last start, and drawn out from there
                             * @default false
                             */
                            cut_short: boolean;
                            /**
                             * @description who starts first, first
                             * @default []
                             */
                            jobs: {
                                /**
                                 * @description its number
                                 * @default 0
                                 */
                                job: number;
                                /**
                                 * @description asked for; 0: it needs cores only
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description who is charged
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                submitted: string;
                                /** @description of its start; left out: none in sight */
                                p50?: string | null;
                                /** @description of its start; left out: none in sight */
                                p90?: string | null;
                            }[];
                            /**
                             * @description hour by hour
                             * @default []
                             */
                            outlook: {
                                /**
                                 * @description when
                                 * @default
                                 */
                                at: string;
                                /**
                                 * @description each
                                 * @default []
                                 */
                                members: {
                                    /**
                                     * @description of the member or site
                                     * @default
                                     */
                                    name: string;
                                    /**
                                     * @description P50: by the member's jobs, or of the site's machines
                                     * @default 0
                                     */
                                    held_gpus: number;
                                    /**
                                     * @description P10
                                     * @default 0
                                     */
                                    held_gpus_p10: number;
                                    /**
                                     * @description P90
                                     * @default 0
                                     */
                                    held_gpus_p90: number;
                                    /**
                                     * @description P50: of the member; of a site: those that would rather go there than elsewhere
                                     * @default 0
                                     */
                                    waiting_jobs: number;
                                    /**
                                     * @description P10
                                     * @default 0
                                     */
                                    waiting_jobs_p10: number;
                                    /**
                                     * @description P90
                                     * @default 0
                                     */
                                    waiting_jobs_p90: number;
                                    /**
                                     * @description P50: of its machines, held by others
                                     * @default 0
                                     */
                                    lent_gpus: number;
                                }[];
                                /**
                                 * @description each
                                 * @default []
                                 */
                                sites: {
                                    /**
                                     * @description of the member or site
                                     * @default
                                     */
                                    name: string;
                                    /**
                                     * @description P50: by the member's jobs, or of the site's machines
                                     * @default 0
                                     */
                                    held_gpus: number;
                                    /**
                                     * @description P10
                                     * @default 0
                                     */
                                    held_gpus_p10: number;
                                    /**
                                     * @description P90
                                     * @default 0
                                     */
                                    held_gpus_p90: number;
                                    /**
                                     * @description P50: of the member; of a site: those that would rather go there than elsewhere
                                     * @default 0
                                     */
                                    waiting_jobs: number;
                                    /**
                                     * @description P10
                                     * @default 0
                                     */
                                    waiting_jobs_p10: number;
                                    /**
                                     * @description P90
                                     * @default 0
                                     */
                                    waiting_jobs_p90: number;
                                    /**
                                     * @description P50: of its machines, held by others
                                     * @default 0
                                     */
                                    lent_gpus: number;
                                }[];
                            }[];
                        };
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
    "/api/v1/shadow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Other policies beside the live one: what they would have done, and how it differs */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description in the order of the configuration
                             * @default []
                             */
                            shadows: {
                                /**
                                 * @description its id in the hub's configuration
                                 * @default
                                 */
                                shadow: string;
                                /**
                                 * @description live, fcfs, easy or dure
                                 * @default
                                 */
                                policy: string;
                                /**
                                 * @description it began as a copy of the live world; empty: with the record
                                 * @default
                                 */
                                since: string;
                                /**
                                 * @description of its last fact
                                 * @default
                                 */
                                at: string;
                                /**
                                 * @description why it is not going on; empty: it is
                                 * @default
                                 */
                                stopped: string;
                                /**
                                 * @description changes of the policy
                                 * @default []
                                 */
                                set: string[];
                                /**
                                 * @description that have started in both since then: waits are of these
                                 * @default 0
                                 */
                                compared_jobs: number;
                                /**
                                 * @description reservations that were made smaller, for there was less room
                                 * @default 0
                                 */
                                less_reserved: number;
                                /**
                                 * @description held in the shadow for longer than jobs really ran, for nobody knew yet
                                 * @default 0
                                 */
                                late_gpu_hours: number;
                                /** @description the live world */
                                live?: {
                                    /**
                                     * @description jobs, for the first time
                                     * @default 0
                                     */
                                    started: number;
                                    /**
                                     * @description jobs that were asked to stop for others
                                     * @default 0
                                     */
                                    stops: number;
                                    /**
                                     * @description now
                                     * @default 0
                                     */
                                    waiting_jobs: number;
                                    /**
                                     * @description now
                                     * @default 0
                                     */
                                    running_jobs: number;
                                    /**
                                     * @description of jobs that have started in both
                                     * @default 0
                                     */
                                    mean_wait_s: number;
                                    /**
                                     * @description of the last 50,000 of them
                                     * @default 0
                                     */
                                    p50_wait_s: number;
                                    /**
                                     * @description of the last 50,000 of them
                                     * @default 0
                                     */
                                    p95_wait_s: number;
                                    /**
                                     * @description of jobs that are over in both
                                     * @default 0
                                     */
                                    mean_bounded_slowdown: number;
                                    /**
                                     * @description GPU time held, of what was installed
                                     * @default 0
                                     */
                                    utilization: number;
                                    /**
                                     * @description held of others' machines
                                     * @default 0
                                     */
                                    lent_gpu_hours: number;
                                };
                                /** @description the shadow */
                                beside?: {
                                    /**
                                     * @description jobs, for the first time
                                     * @default 0
                                     */
                                    started: number;
                                    /**
                                     * @description jobs that were asked to stop for others
                                     * @default 0
                                     */
                                    stops: number;
                                    /**
                                     * @description now
                                     * @default 0
                                     */
                                    waiting_jobs: number;
                                    /**
                                     * @description now
                                     * @default 0
                                     */
                                    running_jobs: number;
                                    /**
                                     * @description of jobs that have started in both
                                     * @default 0
                                     */
                                    mean_wait_s: number;
                                    /**
                                     * @description of the last 50,000 of them
                                     * @default 0
                                     */
                                    p50_wait_s: number;
                                    /**
                                     * @description of the last 50,000 of them
                                     * @default 0
                                     */
                                    p95_wait_s: number;
                                    /**
                                     * @description of jobs that are over in both
                                     * @default 0
                                     */
                                    mean_bounded_slowdown: number;
                                    /**
                                     * @description GPU time held, of what was installed
                                     * @default 0
                                     */
                                    utilization: number;
                                    /**
                                     * @description held of others' machines
                                     * @default 0
                                     */
                                    lent_gpu_hours: number;
                                };
                                /**
                                 * @description each
                                 * @default []
                                 */
                                members: {
                                    /**
                                     * @description whose
                                     * @default
                                     */
                                    member: string;
                                    /**
                                     * @description that have started in both
                                     * @default 0
                                     */
                                    jobs: number;
                                    /**
                                     * @description of them
                                     * @default 0
                                     */
                                    live_mean_wait_s: number;
                                    /**
                                     * @description of them
                                     * @default 0
                                     */
                                    shadow_mean_wait_s: number;
                                    /**
                                     * @description held by its jobs
                                     * @default 0
                                     */
                                    live_gpu_hours: number;
                                    /**
                                     * @description held by its jobs
                                     * @default 0
                                     */
                                    shadow_gpu_hours: number;
                                    /**
                                     * @description of its machines, held by others
                                     * @default 0
                                     */
                                    live_lent_gpu_hours: number;
                                    /**
                                     * @description of its machines, held by others
                                     * @default 0
                                     */
                                    shadow_lent_gpu_hours: number;
                                }[];
                                /**
                                 * @description the largest differences, first
                                 * @default []
                                 */
                                jobs: {
                                    /**
                                     * @description its number
                                     * @default 0
                                     */
                                    job: number;
                                    /**
                                     * @description in the shadow; less than 0: later
                                     * @default 0
                                     */
                                    earlier_s: number;
                                    /**
                                     * @description whose
                                     * @default
                                     */
                                    member: string;
                                    /**
                                     * @description when
                                     * @default
                                     */
                                    live_start: string;
                                    /**
                                     * @description when
                                     * @default
                                     */
                                    shadow_start: string;
                                }[];
                            }[];
                        };
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
    "/api/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Sites, their pools and agents */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description in the order of the scenario
                             * @default []
                             */
                            sites: {
                                /**
                                 * @description its name
                                 * @default
                                 */
                                site: string;
                                /**
                                 * @description in English
                                 * @default
                                 */
                                name_en: string;
                                /**
                                 * @description in Korean
                                 * @default
                                 */
                                name_ko: string;
                                /**
                                 * @description whose
                                 * @default
                                 */
                                owner: string;
                                /**
                                 * @description what its agent runs jobs with
                                 * @default
                                 */
                                driver: string;
                                /**
                                 * @description when its agent last called
                                 * @default
                                 */
                                agent_seen: string;
                                /**
                                 * @description its agent called in the last 60 s
                                 * @default false
                                 */
                                connected: boolean;
                                /**
                                 * @description its agent can limit what nodes draw
                                 * @default false
                                 */
                                caps_power: boolean;
                                /**
                                 * @description that its agent has not taken
                                 * @default 0
                                 */
                                commands_waiting: number;
                                /**
                                 * @description of its nodes, measured or worked out
                                 * @default 0
                                 */
                                power_w: number;
                                /**
                                 * @description of them: measured
                                 * @default 0
                                 */
                                measured_nodes: number;
                                /**
                                 * @description of them: worked out
                                 * @default 0
                                 */
                                modelled_nodes: number;
                                /**
                                 * @description of machines
                                 * @default []
                                 */
                                pools: {
                                    /**
                                     * @description its name
                                     * @default
                                     */
                                    pool: string;
                                    /**
                                     * @description where
                                     * @default
                                     */
                                    site: string;
                                    /**
                                     * @description whose
                                     * @default
                                     */
                                    owner: string;
                                    /**
                                     * @description class
                                     * @default
                                     */
                                    hardware: string;
                                    /**
                                     * @description what is counted: gpu, cpu …
                                     * @default
                                     */
                                    device: string;
                                    /**
                                     * @description that belong to it
                                     * @default 0
                                     */
                                    nodes: number;
                                    /**
                                     * @description that take work
                                     * @default 0
                                     */
                                    nodes_open: number;
                                    /**
                                     * @description units on nodes that take work
                                     * @default 0
                                     */
                                    installed: number;
                                    /**
                                     * @description units nobody holds
                                     * @default 0
                                     */
                                    free: number;
                                    /**
                                     * @description units held by others than the owner
                                     * @default 0
                                     */
                                    lent: number;
                                    /**
                                     * @description that may come here
                                     * @default 0
                                     */
                                    waiting_jobs: number;
                                }[];
                            }[];
                        };
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
    "/api/v1/sites/{site}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nodes of a site */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description of the site
                             * @default []
                             */
                            nodes: {
                                /**
                                 * @description as the site calls it
                                 * @default
                                 */
                                node: string;
                                /**
                                 * @description that it belongs to
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description up, draining, drained or down
                                 * @default
                                 */
                                state: string;
                                /**
                                 * @description why it takes no work
                                 * @default
                                 */
                                reason: string;
                                /**
                                 * @description of it
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description GPUs that no attempt of ours holds
                                 * @default 0
                                 */
                                free: number;
                                /**
                                 * @description as told last, or worked out
                                 * @default 0
                                 */
                                power_w: number;
                                /**
                                 * @description measured by, or model
                                 * @default
                                 */
                                power_source: string;
                                /**
                                 * @description of its GPUs that is busy; model: held
                                 * @default 0
                                 */
                                gpu_share: number;
                                /**
                                 * @description of its cores that is busy
                                 * @default 0
                                 */
                                cpu_share: number;
                                /**
                                 * @description the hottest sensor; 0: none
                                 * @default 0
                                 */
                                temperature_c: number;
                                /**
                                 * @description that it may draw, as asked; 0: no cap
                                 * @default 0
                                 */
                                cap_w: number;
                                /**
                                 * @description asked, set, or the code with which its site refused it
                                 * @default
                                 */
                                cap_state: string;
                                /**
                                 * @description and for people
                                 * @default
                                 */
                                cap_detail: string;
                            }[];
                        };
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
    "/api/v1/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Reservations */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description not yet over
                             * @default []
                             */
                            reservations: {
                                /**
                                 * @description its number
                                 * @default 0
                                 */
                                reservation: number;
                                /**
                                 * @description kept
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description of them, now
                                 * @default 0
                                 */
                                used: number;
                                /**
                                 * @description for whose work
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description of machines
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                from: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                to: string;
                            }[];
                        };
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
    "/api/v1/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Accounts: limits, what they hold, what waits */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description members, then those below them
                             * @default []
                             */
                            accounts: {
                                /**
                                 * @description member, member/project or member/…/user
                                 * @default
                                 */
                                account: string;
                                /**
                                 * @description whose
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description held at once; 0: no limit
                                 * @default 0
                                 */
                                limit_gpus: number;
                                /**
                                 * @description now
                                 * @default 0
                                 */
                                held_gpus: number;
                                /**
                                 * @description now
                                 * @default 0
                                 */
                                waiting_jobs: number;
                                /**
                                 * @description of a member: what it may count on, own and guaranteed
                                 * @default 0
                                 */
                                entitled_gpus: number;
                                /**
                                 * @description held in the past, fading
                                 * @default 0
                                 */
                                mean_gpus: number;
                            }[];
                        };
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
    "/api/v1/quota/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description An account */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description member, member/project or member/…/user
                             * @default
                             */
                            account: string;
                            /**
                             * @description whose
                             * @default
                             */
                            member: string;
                            /**
                             * @description held at once; 0: no limit
                             * @default 0
                             */
                            limit_gpus: number;
                            /**
                             * @description now
                             * @default 0
                             */
                            held_gpus: number;
                            /**
                             * @description now
                             * @default 0
                             */
                            waiting_jobs: number;
                            /**
                             * @description of a member: what it may count on, own and guaranteed
                             * @default 0
                             */
                            entitled_gpus: number;
                            /**
                             * @description held in the past, fading
                             * @default 0
                             */
                            mean_gpus: number;
                        };
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
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Who used whose machines, and what is owed */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description 2026-11, KST
                             * @default
                             */
                            month: string;
                            /**
                             * @description who used whose machines
                             * @default []
                             */
                            rows: {
                                /**
                                 * @description 2026-11, KST
                                 * @default
                                 */
                                month: string;
                                /**
                                 * @description of machines
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description who is credited
                                 * @default
                                 */
                                owner: string;
                                /**
                                 * @description who used them, and is debited
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description GPUs x ms, exact
                                 * @default 0
                                 */
                                gpu_ms: number;
                                /**
                                 * @description the same
                                 * @default 0
                                 */
                                gpu_hours: number;
                                /**
                                 * @description of the loan; 0: one's own
                                 * @default 0
                                 */
                                price_krw_per_gpu_hour: number;
                                /**
                                 * @description gpu_hours x price, rounded
                                 * @default 0
                                 */
                                amount_krw: number;
                            }[];
                            /**
                             * @description what each is owed
                             * @default []
                             */
                            members: {
                                /**
                                 * @description whose
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description of the member, in English
                                 * @default
                                 */
                                name_en: string;
                                /**
                                 * @description in Korean
                                 * @default
                                 */
                                name_ko: string;
                                /**
                                 * @description to others
                                 * @default 0
                                 */
                                lent_gpu_hours: number;
                                /**
                                 * @description of others
                                 * @default 0
                                 */
                                borrowed_gpu_hours: number;
                                /**
                                 * @description to be paid to it
                                 * @default 0
                                 */
                                credit_krw: number;
                                /**
                                 * @description to be paid by it
                                 * @default 0
                                 */
                                debit_krw: number;
                                /**
                                 * @description credit - debit
                                 * @default 0
                                 */
                                balance_krw: number;
                            }[];
                            /**
                             * @description of all balances: 0
                             * @default 0
                             */
                            sum_krw: number;
                        };
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
    "/api/v1/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Data that jobs have kept, of the caller's member */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description the newest first
                             * @default []
                             */
                            data: {
                                /**
                                 * @description MEMBER/NAME
                                 * @default
                                 */
                                name: string;
                                /**
                                 * @description SHA-256 of its manifest: which version
                                 * @default
                                 */
                                digest: string;
                                /**
                                 * @description of it and of all that it was made of
                                 * @default
                                 */
                                data_class: string;
                                /**
                                 * @description when it was kept
                                 * @default
                                 */
                                made: string;
                                /**
                                 * @description that have it
                                 * @default []
                                 */
                                sites: string[];
                                /**
                                 * @description what it was made of: MEMBER/NAME@DIGEST
                                 * @default []
                                 */
                                inputs: string[];
                                /**
                                 * @description of it
                                 * @default 0
                                 */
                                bytes: number;
                                /**
                                 * @description of it
                                 * @default 0
                                 */
                                files: number;
                                /**
                                 * @description that made it
                                 * @default 0
                                 */
                                job: number;
                            }[];
                        };
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
    "/api/v1/data/{member}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All versions of one, and what each was made of */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description the newest first
                             * @default []
                             */
                            data: {
                                /**
                                 * @description MEMBER/NAME
                                 * @default
                                 */
                                name: string;
                                /**
                                 * @description SHA-256 of its manifest: which version
                                 * @default
                                 */
                                digest: string;
                                /**
                                 * @description of it and of all that it was made of
                                 * @default
                                 */
                                data_class: string;
                                /**
                                 * @description when it was kept
                                 * @default
                                 */
                                made: string;
                                /**
                                 * @description that have it
                                 * @default []
                                 */
                                sites: string[];
                                /**
                                 * @description what it was made of: MEMBER/NAME@DIGEST
                                 * @default []
                                 */
                                inputs: string[];
                                /**
                                 * @description of it
                                 * @default 0
                                 */
                                bytes: number;
                                /**
                                 * @description of it
                                 * @default 0
                                 */
                                files: number;
                                /**
                                 * @description that made it
                                 * @default 0
                                 */
                                job: number;
                            }[];
                        };
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
    "/api/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Pipelines, the newest first */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description the newest first
                             * @default []
                             */
                            pipelines: {
                                /**
                                 * @description its number
                                 * @default 0
                                 */
                                pipeline: number;
                                /**
                                 * @description for people
                                 * @default
                                 */
                                name: string;
                                /**
                                 * @description whose
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description who asked for it
                                 * @default
                                 */
                                user: string;
                                /**
                                 * @description running, done, failed or cancelled
                                 * @default
                                 */
                                state: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                asked: string;
                                /**
                                 * @description when
                                 * @default
                                 */
                                over: string;
                                /**
                                 * @description the same request with the same Idempotency-Key came before
                                 * @default false
                                 */
                                repeated: boolean;
                                /**
                                 * @description in the order in which they start
                                 * @default []
                                 */
                                steps: {
                                    /**
                                     * @description its id
                                     * @default
                                     */
                                    step: string;
                                    /**
                                     * @description waiting, running, done, failed or skipped
                                     * @default
                                     */
                                    state: string;
                                    /**
                                     * @description why it was refused
                                     * @default
                                     */
                                    code: string;
                                    /**
                                     * @description for people
                                     * @default
                                     */
                                    detail: string;
                                    /**
                                     * @description of a service that serves
                                     * @default
                                     */
                                    url: string;
                                    /**
                                     * @description steps that come before it
                                     * @default []
                                     */
                                    needs: string[];
                                    /**
                                     * @description its number; of several the first; 0: none yet
                                     * @default 0
                                     */
                                    job: number;
                                    /**
                                     * @description of its jobs
                                     * @default 0
                                     */
                                    count: number;
                                }[];
                            }[];
                            /**
                             * @description go on with ?before=NEXT; 0: there are no more
                             * @default 0
                             */
                            next: number;
                        };
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
    "/api/v1/pipelines/{pipeline}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A pipeline, step by step */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description its number
                             * @default 0
                             */
                            pipeline: number;
                            /**
                             * @description for people
                             * @default
                             */
                            name: string;
                            /**
                             * @description whose
                             * @default
                             */
                            member: string;
                            /**
                             * @description who asked for it
                             * @default
                             */
                            user: string;
                            /**
                             * @description running, done, failed or cancelled
                             * @default
                             */
                            state: string;
                            /**
                             * @description when
                             * @default
                             */
                            asked: string;
                            /**
                             * @description when
                             * @default
                             */
                            over: string;
                            /**
                             * @description the same request with the same Idempotency-Key came before
                             * @default false
                             */
                            repeated: boolean;
                            /**
                             * @description in the order in which they start
                             * @default []
                             */
                            steps: {
                                /**
                                 * @description its id
                                 * @default
                                 */
                                step: string;
                                /**
                                 * @description waiting, running, done, failed or skipped
                                 * @default
                                 */
                                state: string;
                                /**
                                 * @description why it was refused
                                 * @default
                                 */
                                code: string;
                                /**
                                 * @description for people
                                 * @default
                                 */
                                detail: string;
                                /**
                                 * @description of a service that serves
                                 * @default
                                 */
                                url: string;
                                /**
                                 * @description steps that come before it
                                 * @default []
                                 */
                                needs: string[];
                                /**
                                 * @description its number; of several the first; 0: none yet
                                 * @default 0
                                 */
                                job: number;
                                /**
                                 * @description of its jobs
                                 * @default 0
                                 */
                                count: number;
                            }[];
                        };
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
    "/api/v1/ledger/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What the lines of a month's statement are made of, job by job */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description KST
                             * @default
                             */
                            month: string;
                            /**
                             * @description of the month
                             * @default
                             */
                            from: string;
                            /**
                             * @description of it, or of as much as is over
                             * @default
                             */
                            to: string;
                            /**
                             * @description for the next page: Unix time, ms
                             * @default 0
                             */
                            until: number;
                            /**
                             * @description for the next page: `after`; 0: this is the last
                             * @default 0
                             */
                            next: number;
                            /**
                             * @description sums of all parts, as the statement has them
                             * @default []
                             */
                            lines: {
                                /**
                                 * @description of machines
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description of the machines
                                 * @default
                                 */
                                owner: string;
                                /**
                                 * @description who used them
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description that it is made of
                                 * @default 0
                                 */
                                parts: number;
                                /**
                                 * @description GPU time, exactly
                                 * @default 0
                                 */
                                gpu_ms: number;
                                /**
                                 * @description the same
                                 * @default 0
                                 */
                                gpu_hours: number;
                                /**
                                 * @description 0: its own
                                 * @default 0
                                 */
                                price_krw_per_gpu_hour: number;
                                /**
                                 * @description won
                                 * @default 0
                                 */
                                amount_krw: number;
                            }[];
                            /**
                             * @description of this page, in the order in which they began
                             * @default []
                             */
                            parts: {
                                /**
                                 * @description its number; 0: all before the record was truncated
                                 * @default 0
                                 */
                                job: number;
                                /**
                                 * @description of machines
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description of the machines
                                 * @default
                                 */
                                owner: string;
                                /**
                                 * @description who used them
                                 * @default
                                 */
                                member: string;
                                /**
                                 * @description it held so many, within the month
                                 * @default
                                 */
                                from: string;
                                /**
                                 * @description until then
                                 * @default
                                 */
                                to: string;
                                /**
                                 * @description that it held
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description GPU time, exactly
                                 * @default 0
                                 */
                                gpu_ms: number;
                                /**
                                 * @description the same
                                 * @default 0
                                 */
                                gpu_hours: number;
                                /**
                                 * @description won, so that a line's parts sum to it
                                 * @default 0
                                 */
                                amount_krw: number;
                                /**
                                 * @description of the record: it began; 0: before the record was truncated
                                 * @default 0
                                 */
                                first_entry: number;
                                /**
                                 * @description of the record: it ended; 0: it went on beyond `to`
                                 * @default 0
                                 */
                                last_entry: number;
                            }[];
                        };
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
    "/api/v1/jobs/{job}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What the record says of a job, entry by entry */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description its number
                             * @default 0
                             */
                            job: number;
                            /**
                             * @description in the order of the record
                             * @default []
                             */
                            entries: {
                                /**
                                 * @description its number in the record
                                 * @default 0
                                 */
                                entry: number;
                                /**
                                 * @description when
                                 * @default
                                 */
                                at: string;
                                /**
                                 * @description it says: asked, submitted, started, ended, …
                                 * @default
                                 */
                                what: string;
                                /**
                                 * @description of machines
                                 * @default
                                 */
                                pool: string;
                                /**
                                 * @description that told it
                                 * @default
                                 */
                                site: string;
                                /**
                                 * @description who asked
                                 * @default
                                 */
                                user: string;
                                /**
                                 * @description of the attempt
                                 * @default
                                 */
                                key: string;
                                /**
                                 * @description asked for, or held from here on
                                 * @default 0
                                 */
                                gpus: number;
                                /**
                                 * @description why, for programs
                                 * @default
                                 */
                                code: string;
                                /**
                                 * @description and for people
                                 * @default
                                 */
                                detail: string;
                            }[];
                        };
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
