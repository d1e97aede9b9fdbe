package io.anchorstream.service.embedded;

/** A refusal in Confluent's terms: the first three digits of the code are the HTTP status. */
final class RegistryError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    private RegistryError(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }

    int status() {
        return code < 1000 ? code : code / 100;
    }

    static RegistryError subjectNotFound(String subject) {
        return new RegistryError(40401, "Subject '" + subject + "' not found.");
    }

    static RegistryError versionNotFound(String version) {
        return new RegistryError(40402, "Version " + version + " not found.");
    }

    static RegistryError schemaNotFound(String what) {
        return new RegistryError(40403, "Schema " + what + " not found.");
    }

    static RegistryError subjectAlreadyDeleted(String subject) {
        return new RegistryError(40404, "Subject '" + subject + "' was soft deleted already.");
    }

    static RegistryError versionAlreadyDeleted(String subject, int version) {
        return new RegistryError(40406, "Subject '" + subject + "' Version " + version + " was soft deleted already.");
    }

    static RegistryError noSubjectLevel(String subject) {
        return new RegistryError(
                40408, "Subject '" + subject + "' does not have subject-level compatibility configured");
    }

    static RegistryError noSubjectMode(String subject) {
        return new RegistryError(40409, "Subject '" + subject + "' does not have subject-level mode configured");
    }

    static RegistryError incompatible(String subject, String details) {
        return new RegistryError(
                409,
                "Schema being registered is incompatible with an earlier schema for subject \"" + subject
                        + "\", details: " + details);
    }

    static RegistryError invalidSchema(String why) {
        return new RegistryError(42201, "Invalid schema: " + why);
    }

    static RegistryError invalidVersion(String version) {
        return new RegistryError(
                42202,
                "The specified version '" + version + "' is not a valid version id. Allowed values are between [1,"
                        + " 2^31-1] and the string \"latest\"");
    }

    static RegistryError invalidLevel(String why) {
        return new RegistryError(42203, why);
    }

    static RegistryError notSupported(String what) {
        return new RegistryError(42205, what);
    }

    static RegistryError unreadableBody(String why) {
        return new RegistryError(400, "The request's body is not the expected JSON: " + why);
    }

    static RegistryError store(String why) {
        return new RegistryError(50001, "Error in the backend data store: " + why);
    }
}
