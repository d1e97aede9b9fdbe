package io.anchorstream.service.http;

import io.javalin.http.Context;

/** Reads query parameters, saying what was wrong. */
final class Parameters {
    private Parameters() {}

    static String required(Context ctx, String name) {
        String value = ctx.queryParam(name);
        if (value == null || value.isBlank()) {
            throw new ApiException(400, "the parameter \"" + name + "\" is missing");
        }
        return value;
    }

    static String text(Context ctx, String name) {
        String value = ctx.queryParam(name);
        return value == null ? "" : value;
    }

    static long number(Context ctx, String name, long otherwise, long min, long max) {
        String value = ctx.queryParam(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ApiException(400, "\"" + name + "\" must be a whole number, not \"" + value + "\"");
        }
        throw new ApiException(400, "\"" + name + "\" must be " + min + " to " + max + ", not " + value);
    }

    static boolean flag(Context ctx, String name) {
        return "true".equals(ctx.queryParam(name));
    }
}
