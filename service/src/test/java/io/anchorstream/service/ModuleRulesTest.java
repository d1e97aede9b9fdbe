package io.anchorstream.service;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** The rules between modules and packages; each says what to do instead. */
@AnalyzeClasses(packages = "io.anchorstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule modelNeverSeesKafka = noClasses()
            .that()
            .resideInAPackage("io.anchorstream.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "io.anchorstream.schemas..", "io.anchorstream.avro..")
            .because("the learning core runs in a backtest without a broker: hand it plain Java types from topology");

    @ArchTest
    static final ArchRule topologyNeverSeesTheEngine = noClasses()
            .that()
            .resideInAPackage("io.anchorstream.topology..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "io.anchorstream.model.network..")
            .because(
                    "topology tests run with a fake in milliseconds: add what you need to ModelRuntime, Trainer or Embedder");

    @ArchTest
    static final ArchRule schemasDependOnNothingOfOurs = noClasses()
            .that()
            .resideInAnyPackage("io.anchorstream.schemas..", "io.anchorstream.avro..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.anchorstream.model..", "io.anchorstream.topology..", "io.anchorstream.service..")
            .because("other teams use the contracts alone: move what they need into schemas");

    @ArchTest
    static final ArchRule onlyTheProgramKnowsTheProgram = noClasses()
            .that()
            .resideInAnyPackage("io.anchorstream.model..", "io.anchorstream.topology..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.anchorstream.service..")
            .because("service is the outermost module: pass what it knows as a parameter");

    @ArchTest
    static final ArchRule commandsAreTheOutermostPackage = classes()
            .that()
            .resideInAPackage("io.anchorstream.service.cli..")
            .should()
            .onlyBeAccessed()
            .byAnyPackage("io.anchorstream.service", "io.anchorstream.service.cli..")
            .because("a command only parses and prints: put what others need into the package that does the work");

    @ArchTest
    static final ArchRule catalogueKnowsNoKafka = noClasses()
            .that()
            .resideInAPackage("io.anchorstream.service.catalogue..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "io.anchorstream.avro..")
            .because("catalogues are read without a broker too: conversion to records belongs into ingest");

    @ArchTest
    static final ArchRule onlyTheCommandLineEndsTheProcess = noClasses()
            .that()
            .resideOutsideOfPackage("io.anchorstream.service")
            .and()
            .resideOutsideOfPackage("io.anchorstream.bench..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .because("exit codes are decided in one place: throw, or return a failed role");
}
