/** For Express 4 and 5: a request id in every record, access records, errors. See docs/frameworks.md. */
export { errorLog, type RequestLogOptions, requestLog } from "./express/middleware.js";
