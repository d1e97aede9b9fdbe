package io.anchorstream.model.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.VectorCases;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Retrieval scores against reference values; see {@link VectorCases}. */
class RetrievalVectorsTest {
    @Test
    void scoresAgreeWithTheReference() {
        for (JsonNode file : VectorCases.files()) {
            int checked = 0;
            for (JsonNode vector : file.get("retrieval_metrics")) {
                float[][] rows = VectorCases.matrix(vector.get("embeddings"));
                for (float[] row : rows) {
                    double square = 0;
                    for (float x : row) {
                        square += x * x;
                    }
                    for (int d = 0; d < row.length; d++) {
                        row[d] /= (float) Math.sqrt(square);
                    }
                }
                RetrievalScores scores = new Retrieval(Runnable::run)
                        .score(
                                new RetrievalSet(FloatMatrix.of(rows), VectorCases.longs(vector.get("labels"))),
                                Gallery.ALL);

                assertThat(scores.rPrecision())
                        .isCloseTo(vector.get("r_precision").asDouble(), within(1e-6));
                assertThat(scores.mapAtR()).isCloseTo(vector.get("map_at_r").asDouble(), within(1e-6));
                vector.get("recall_at_k").properties().forEach(entry -> assertThat(
                                scores.recallAt(Integer.parseInt(entry.getKey())))
                        .as("Recall@%s", entry.getKey())
                        .isCloseTo(entry.getValue().asDouble(), within(1e-6)));
                checked++;
            }
            System.out.println("checked " + checked + " cases of retrieval_metrics");
        }
    }
}
