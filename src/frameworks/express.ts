export { errorLog, type RequestLogOptions, requestLog } from "./express/middleware.js";
