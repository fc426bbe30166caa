/** What an import takes of which there is nothing to load. */
export {};
