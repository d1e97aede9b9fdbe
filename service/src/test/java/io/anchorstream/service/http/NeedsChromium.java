package io.anchorstream.service.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests in a real browser. Where there is none they are left out, and the build says so; with {@code
 * -Dbrowser.required=true}, as on the build server, they fail instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsChromium.Condition.class)
@interface NeedsChromium {
    /** Decides by what is installed. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            boolean required = Boolean.getBoolean("browser.required");
            ConditionEvaluationResult answer = decide(Chromium.find().isPresent(), required);
            if (answer.isDisabled()) {
                System.out.println("[WARNING] " + context.getDisplayName() + " was LEFT OUT: "
                        + answer.getReason().orElse(""));
            }
            return answer;
        }

        static ConditionEvaluationResult decide(boolean found, boolean required) {
            return found || required
                    ? ConditionEvaluationResult.enabled(found ? "a browser was found" : "a browser is required")
                    : ConditionEvaluationResult.disabled(
                            Chromium.MISSING + ". -Dbrowser.required=true makes this an error");
        }
    }
}
